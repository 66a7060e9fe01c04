import { X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { PRIORITIES, STATUSES, type Priority, type Role, type Sort, type Status } from "@/api/types";
import { SORT } from "@/api/words";
import { StatusIcon } from "@/requests/marks";
import { isFiltered, parseFilters, type Filters } from "@/requests/filters";
import { Button } from "@/ui/Button";
import { SearchField } from "@/ui/SearchField";
import { Select } from "@/ui/Select";

/** What the list shows, as in the URL. */
export function FilterBar({ filters, role, onChange }: { filters: Filters; role: Role; onChange: (filters: Filters) => void }) {
  const { t } = useTranslation();
  const change = (changed: Partial<Filters>) => onChange(parseFilters({ ...filters, ...changed }));
  const toggle = (status: Status) => change({ status: filters.status?.includes(status) ? filters.status.filter((word) => word !== status) : [...(filters.status ?? []), status] });
  const whose = filters.assignee === "me" ? "assignee" : filters.requester === "me" ? "requester" : "";
  return (
    <search className="mb-4 flex flex-col gap-3">
      <div className="flex flex-wrap gap-2">
        <SearchField label={t("list.search")} value={filters.q ?? ""} onChange={(q) => change({ q })} />
        <Select aria-label={t("list.priority")} value={filters.priority?.[0] ?? ""} onChange={({ target }) => change({ priority: target.value ? [target.value as Priority] : [] })}>
          <option value="">{t("list.any_priority")}</option>
          {PRIORITIES.map((priority) => <option key={priority} value={priority}>{t(`priority.${priority}`)}</option>)}
        </Select>
        {role !== "requester" && <Select aria-label={t("list.who")} value={whose} onChange={({ target }) => change({ assignee: undefined, requester: undefined, ...(target.value && { [target.value]: "me" }) })}>
          <option value="">{t("list.everyone")}</option>
          <option value="assignee">{t("list.assigned_me")}</option>
          <option value="requester">{t("list.raised_me")}</option>
        </Select>}
        <Select aria-label={t("list.sort")} value={filters.sort ?? "-created"} onChange={({ target }) => change({ sort: target.value as Sort })}>
          {SORT.map((sort) => <option key={sort} value={sort}>{t(`list.${sort}`)}</option>)}
        </Select>
        {isFiltered(filters) && <Button kind="quiet" onClick={() => onChange({ sort: filters.sort })}><X aria-hidden className="size-4" />{t("list.clear")}</Button>}
      </div>
      <div role="group" aria-label={t("list.status")} className="-mx-4 flex gap-2 sm:gap-1.5 overflow-x-auto px-4 py-0.5 [scrollbar-width:none] sm:mx-0 sm:flex-wrap sm:px-0">
        {STATUSES.map((status) => (
          <button key={status} type="button" aria-pressed={filters.status?.includes(status) ?? false} onClick={() => toggle(status)} className="inline-flex min-h-9 shrink-0 items-center gap-1.5 rounded-full border border-edge px-3 text-sm font-medium sm:px-2.5 sm:text-xs text-muted aria-pressed:border-accent aria-pressed:bg-accent aria-pressed:text-accent-ink sm:min-h-8">
            <StatusIcon status={status} />{t(`status.${status}`)}
          </button>
        ))}
      </div>
    </search>
  );
}
