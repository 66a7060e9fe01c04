// What I am mailed about. In the app everything that concerns me is told.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, dataOf } from "@/api/client";
import type { Schema } from "@/api/types";
import { ErrorWords } from "@/app/ErrorWords";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";

type Choice = Schema<"Choice">;
const KEY = ["inbox", "choices"] as const;

export function ChoicesDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { data, error } = useQuery({ queryKey: KEY, queryFn: ({ signal }) => dataOf(api.GET("/api/me/notifications", { signal })) });
  // Two that are set quickly one behind the other are answered in any order: what was pressed is shown.
  const [pressed, setPressed] = useState<Partial<Record<Choice["kind"], boolean>>>({});
  const choosing = useMutation({
    mutationFn: (choice: Choice) => dataOf(api.PUT("/api/me/notifications", { body: { choices: [choice] } })),
    onError: (_, { kind, mail }) => setPressed((before) => ({ ...before, [kind]: !mail })),
    onSettled: () => void client.invalidateQueries({ queryKey: KEY }),
  });
  const choose = (choice: Choice) => {
    setPressed((before) => ({ ...before, [choice.kind]: choice.mail }));
    choosing.mutate(choice);
  };
  return (
    <Dialog title={t("inbox.choices")} onClose={onClose}>
      <p className="mb-4 text-sm text-muted">{t(data?.mail === false ? "inbox.mail_off" : "inbox.choices_hint")}</p>
      {error && <ErrorWords error={error} />}
      {choosing.error && <ErrorWords error={choosing.error} />}
      {!data && !error ? <div aria-busy className="skeleton h-64 rounded-lg bg-sunken" /> : (
        <ul className="mb-5 flex flex-col">
          {data?.choices.map(({ kind, mail }) => (
            <li key={kind}>
              <label className="flex min-h-11 items-center justify-between gap-4 border-b text-sm sm:min-h-9">
                {t(`inbox.kind_${kind}`)}
                <input type="checkbox" checked={pressed[kind] ?? mail} onChange={({ target }) => choose({ kind, mail: target.checked })} className="size-5 accent-accent" />
              </label>
            </li>
          ))}
        </ul>
      )}
      <div className="flex justify-end"><Button onClick={onClose}>{t("common.close")}</Button></div>
    </Dialog>
  );
}
