// What a new admin does first. It is gone for good once everything is done, or when it is put away.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CheckCircle2, Circle } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import { Button } from "@/ui/Button";

/** Under this name a browser remembers that there is nothing to be shown. */
const DONE = "first-steps-done";
export const isOver = () => localStorage.getItem(DONE) !== null;

const STEPS = [
  { name: "invite", to: "/system/users" },
  { name: "settings", to: "/system/settings" },
  { name: "mail", to: "/system/mail" },
  { name: "report", to: "/new" },
] as const;

async function look(): Promise<Record<(typeof STEPS)[number]["name"], boolean>> {
  const [people, settings, mail, requests] = await Promise.all([
    dataOf(api.GET("/api/system/users", { params: { query: { limit: 2 } } })),
    dataOf(api.GET("/api/system/settings")),
    dataOf(api.GET("/api/system/mail")),
    dataOf(api.GET("/api/requests", { params: { query: { limit: 1 } } })),
  ]);
  return { invite: people.items.length > 1, settings: settings.items.some(({ version }) => version > 0), mail: mail.status === "on", report: requests.items.length > 0 };
}

export default function Checklist() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [isAway, setAway] = useState(isOver);
  const { data } = useQuery({ queryKey: ["first-steps"], queryFn: look, enabled: !isAway, staleTime: 0 });
  const isDone = data !== undefined && Object.values(data).every(Boolean);
  if (isDone) localStorage.setItem(DONE, "yes");
  if (isAway || isDone || data === undefined) return null;
  const putAway = () => {
    localStorage.setItem(DONE, "yes");
    client.removeQueries({ queryKey: ["first-steps"] });
    setAway(true);
  };
  return (
    <section aria-labelledby="first-steps" className="card mt-6 p-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 id="first-steps">{t("first.title")}</h2>
        <Button kind="quiet" onClick={putAway}>{t("first.away")}</Button>
      </div>
      <ul className="mt-2 flex flex-col">
        {STEPS.map(({ name, to }) => {
          const Icon = data[name] ? CheckCircle2 : Circle;
          return (
            <li key={name}>
              <Link to={to} className="flex min-h-11 items-center gap-3 rounded-lg px-2 hover:bg-sunken">
                <Icon aria-hidden className={`size-5 shrink-0 ${data[name] ? "text-accent-text" : "text-edge"}`} />
                <span className={`words min-w-0 ${data[name] ? "text-muted line-through" : "font-semibold"}`}>{t(`first.${name}`)}</span>
                {data[name] && <span className="sr-only">{t("first.done")}</span>}
              </Link>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
