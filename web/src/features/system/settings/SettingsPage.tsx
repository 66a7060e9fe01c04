// What the organisation decides itself, in groups.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { Failure, Waiting } from "../states";
import { IdentityCheck } from "./IdentityCheck";
import { HistoryDialog } from "./HistoryDialog";
import { settingsQuery, type Setting } from "./queries";
import { SettingRow } from "./SettingRow";

export function SettingsPage() {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(settingsQuery);
  const [historyOf, setHistoryOf] = useState<Setting["key"] | null>(null);
  const groups = [...new Set(data?.items.map(({ group }) => group))];
  const shown = data?.items.find(({ key }) => key === historyOf);
  return (
    <div className="flex flex-col gap-4">
      <div>
        <h1>{t("settings.title")}</h1>
        <p className="text-sm text-muted">{t("settings.lead")}</p>
      </div>
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Waiting />}
      {groups.map((group) => (
        <section key={group} aria-labelledby={`group-${group}`} className="card">
          <header className="p-4 pb-3">
            <h2 id={`group-${group}`} className="text-base">{t(`settings.group_${group}`)}</h2>
            <p className="text-sm text-muted">{t(`settings.group_${group}_hint`)}</p>
          </header>
          <ul className="divide-y border-t">
            {data?.items.filter((item) => item.group === group).map((item) => <li key={item.key}><SettingRow setting={item} onHistory={() => setHistoryOf(item.key)} /></li>)}
          </ul>
          {group === "sign_in" && <IdentityCheck />}
        </section>
      ))}
      {shown && <HistoryDialog key={shown.key} setting={shown} onClose={() => setHistoryOf(null)} />}
    </div>
  );
}
