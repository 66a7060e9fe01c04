// The filters of the logs, all of them in the URL.
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "@/i18n";
import { LEVELS, type StreamName, STREAMS } from "./words";
import { SearchField } from "@/ui/SearchField";
import { Select } from "@/ui/Select";

/** What a datetime-local input holds, and what the API takes. */
const toLocal = (time: string | undefined): string => {
  if (!time) return "";
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? "" : new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
};

export function LogFilters({ stream }: { stream: StreamName }) {
  const { t } = useTranslation();
  const search = useSearch({ from: "/app/system/logs" });
  const navigate = useNavigate({ from: "/system/logs" });
  const change = (name: keyof typeof search, value: string) =>
    void navigate({ search: ({ entry: _, ...before }) => ({ ...before, [name]: value || undefined }), replace: true });
  const time = (name: "from" | "to", label: string) => (
    <label className="flex w-full items-center gap-2 text-sm text-muted sm:w-auto">
      <span className="w-14 shrink-0 sm:w-auto">{label}</span>
      <input type="datetime-local" className="field sm:w-auto" value={toLocal(search[name])} onChange={(event) => change(name, event.target.value && new Date(event.target.value).toISOString())} />
    </label>
  );
  return (
    <search className="flex flex-wrap items-center gap-2">
      <h1 className="w-full">{t("logs.title")}</h1>
      <Select aria-label={t("logs.stream")} value={stream} onChange={(event) => change("stream", event.target.value)}>
        {STREAMS.map((name) => <option key={name}>{name}</option>)}
      </Select>
      <Select aria-label={t("logs.level")} value={search.level ?? ""} onChange={(event) => change("level", event.target.value)}>
        <option value="">{t("logs.allLevels")}</option>
        {LEVELS.map((level, index) => <option key={level} value={LEVELS.slice(index).join(",")}>≥ {level}</option>)}
      </Select>
      <SearchField label={t("logs.search")} value={search.q ?? ""} onChange={(text) => change("q", text)} />
      <IdField label={t("logs.trace")} value={search.request_id ?? ""} onChange={(id) => change("request_id", id)} />
      {time("from", t("logs.from"))}
      {time("to", t("logs.to"))}
    </search>
  );
}

/** An id counts when it is whole: by Enter, or when one goes on. */
function IdField({ label, value, onChange }: { label: string; value: string; onChange: (id: string) => void }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const tell = () => text.trim() !== value && onChange(text.trim());
  return (
    <input
      type="search" aria-label={label} placeholder={label} value={text} className="field sm:w-60 placeholder:text-muted"
      onChange={({ target }) => setText(target.value)} onBlur={tell} onKeyDown={({ key }) => key === "Enter" && tell()}
    />
  );
}
