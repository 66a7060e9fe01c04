// What I am told of, and by which way: a row per kind, a column per way.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import type { Schema } from "@/api/types";
import { CHANNEL } from "@/api/words";
import { ErrorWords } from "@/app/ErrorWords";

type Chosen = Schema<"Chosen">;
type Kind = Chosen["kind"];
const KEY = ["inbox", "choices"] as const;

type Way = (typeof CHANNEL)[number];

/** What is shown together; who has just come in has nothing to choose about that. */
const GROUPS: Record<"request" | "due" | "account", Kind[]> = {
  request: ["created", "approved", "rejected", "assigned", "released", "started", "held", "resumed", "completed", "closed", "reopened", "cancelled", "linked", "unlinked", "commented"],
  due: ["due_soon", "overdue"],
  account: ["role_changed", "password_changed", "new_device", "security_changed", "key_expires"],
};

export function Matrix() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { data, error } = useQuery({ queryKey: KEY, queryFn: ({ signal }) => dataOf(api.GET("/api/me/notifications", { signal })) });
  // Two that are set quickly one behind the other are answered in any order: what was pressed is shown.
  const [pressed, setPressed] = useState<Record<string, boolean>>({});
  const choosing = useMutation({
    mutationFn: ({ kind, way, on }: { kind: Kind; way: Way; on: boolean }) => dataOf(api.PUT("/api/me/notifications", { body: { choices: [{ kind, [way]: on }] } })),
    onError: (_, { kind, way, on }) => setPressed((before) => ({ ...before, [`${kind}.${way}`]: !on })),
    onSettled: () => void client.invalidateQueries({ queryKey: KEY }),
  });
  const choose = (kind: Kind, way: Way, on: boolean) => {
    setPressed((before) => ({ ...before, [`${kind}.${way}`]: on }));
    choosing.mutate({ kind, way, on });
  };
  if (error) return <ErrorWords error={error} />;
  if (!data) return <div aria-busy className="card skeleton h-[60dvh] bg-sunken" />;
  const rows = (kinds: Kind[]) => kinds.flatMap((kind) => data.choices.find((chosen) => chosen.kind === kind) ?? []);
  return (
    <div className="flex flex-col gap-5">
      {!data.mail && <p className="rounded-lg bg-warn-soft px-4 py-3 text-sm">{t("inbox.mail_off")}</p>}
      {choosing.error && <ErrorWords error={choosing.error} />}
      {Object.entries(GROUPS).map(([group, kinds]) => (
        <section key={group} aria-labelledby={`group-${group}`}>
          <table className="card w-full border-separate border-spacing-0 text-sm">
            <thead>
              <tr>
                <th scope="col" className="px-4 pt-3 pb-1 text-left text-base font-semibold"><h2 id={`group-${group}`} className="text-base">{t(`inbox.group_${group}`)}</h2></th>
                {CHANNEL.map((way) => <th key={way} scope="col" className="w-16 pt-3 pb-1 sm:w-20 text-center text-xs font-semibold text-muted">{t(`inbox.way_${way}`)}</th>)}
              </tr>
            </thead>
            <tbody>
              {rows(kinds).map((chosen) => (
                <tr key={chosen.kind}>
                  <th scope="row" className="border-t px-4 py-1 text-left font-normal">{t(`inbox.kind_${chosen.kind}`)}</th>
                  {CHANNEL.map((way) => (
                    <td key={way} className="border-t p-0 text-center">
                      <label className="flex min-h-11 cursor-pointer items-center justify-center has-disabled:cursor-not-allowed sm:min-h-10">
                        <input
                          type="checkbox"
                          aria-label={`${t(`inbox.kind_${chosen.kind}`)}: ${t(`inbox.way_${way}`)}`}
                          checked={pressed[`${chosen.kind}.${way}`] ?? chosen[way]}
                          disabled={chosen.fixed.includes(way)}
                          aria-describedby={chosen.fixed.includes(way) ? "fixed" : undefined}
                          onChange={({ target }) => choose(chosen.kind, way, target.checked)}
                          className="size-5 accent-accent disabled:opacity-60"
                        />
                      </label>
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
          {group === "account" && <p id="fixed" className="mt-2 text-sm text-muted">{t("inbox.fixed")}</p>}
        </section>
      ))}
    </div>
  );
}
