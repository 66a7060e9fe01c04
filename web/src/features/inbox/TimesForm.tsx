// When I am written to: quiet hours, and one mail a day or a week in place of many; saved together.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import { ApiError } from "@/api/problem";
import type { Schema } from "@/api/types";
import { RHYTHM, WEEKDAY } from "@/api/words";
import { ErrorWords, useFieldWords } from "@/app/ErrorWords";
import { preferencesOptions } from "@/app/preferences";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { Select } from "@/ui/Select";
import { toast } from "@/ui/toast";

type Times = Schema<"TimesShown">;
const KEY = ["inbox", "times"] as const;
const DEVICE = Intl.DateTimeFormat().resolvedOptions().timeZone;
const NIGHT = { from: "22:00", to: "07:00" };

export function TimesForm() {
  const { data, error } = useQuery({ queryKey: KEY, queryFn: ({ signal }) => dataOf(api.GET("/api/me/notifications/times", { signal })) });
  const mine = useQuery(preferencesOptions);
  if (error) return <ErrorWords error={error} />;
  if (!data || mine.isPending) return <div aria-busy className="card skeleton h-80 bg-sunken" />;
  return <Form known={data.times ?? { time_zone: mine.data?.time_zone ?? DEVICE, quiet: null, urgent_at_once: true, mails: "at_once", hour: 7, weekday: "monday" }} />;
}

function Form({ known }: { known: Times }) {
  const { t, language } = useTranslation();
  const say = useFieldWords();
  const client = useQueryClient();
  const [times, setTimes] = useState(known);
  const change = (part: Partial<Times>) => setTimes((before) => ({ ...before, ...part }));
  const saving = useMutation({
    mutationFn: () => dataOf(api.PUT("/api/me/notifications/times", { body: times })),
    onSuccess: (saved) => {
      client.setQueryData(KEY, saved);
      toast("done", t("inbox.times_saved"));
    },
  });
  const refused = (name: string) => (saving.error instanceof ApiError ? say(saving.error.field(name)) : undefined);
  const isOfField = saving.error instanceof ApiError && (saving.error.problem.errors?.length ?? 0) > 0;
  const zones = ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")];
  const day = (at: number) => new Intl.DateTimeFormat(language, { weekday: "long", timeZone: "UTC" }).format(Date.UTC(2026, 10, 23 + at));
  return (
    <form noValidate className="card flex flex-col gap-4 p-4" onSubmit={(event) => { event.preventDefault(); saving.mutate(); }}>
      <Field label={t("inbox.rhythm")} error={refused("mails")}>
        {(props) => <Select {...props} value={times.mails} onChange={({ target }) => change({ mails: target.value as Times["mails"] })}>{RHYTHM.map((rhythm) => <option key={rhythm} value={rhythm}>{t(`inbox.rhythm_${rhythm}`)}</option>)}</Select>}
      </Field>
      {times.mails !== "at_once" && (
        <div className="flex flex-wrap gap-4">
          {times.mails === "weekly" && (
            <Field label={t("inbox.weekday")} error={refused("weekday")}>
              {(props) => <Select {...props} value={times.weekday} onChange={({ target }) => change({ weekday: target.value as Times["weekday"] })}>{WEEKDAY.map((name, at) => <option key={name} value={name}>{day(at)}</option>)}</Select>}
            </Field>
          )}
          <Field label={t("inbox.hour")} error={refused("hour")}>
            {(props) => <Select {...props} value={times.hour} onChange={({ target }) => change({ hour: Number(target.value) })}>{Array.from({ length: 24 }, (_, hour) => <option key={hour} value={hour}>{`${String(hour).padStart(2, "0")}:00`}</option>)}</Select>}
          </Field>
        </div>
      )}
      <label className="flex min-h-11 items-center gap-3 text-sm font-semibold sm:min-h-9">
        <input type="checkbox" className="size-5 shrink-0 accent-accent" checked={times.quiet !== null} onChange={({ target }) => change({ quiet: target.checked ? NIGHT : null })} />
        {t("inbox.quiet")}
      </label>
      {times.quiet && (
        <div className="flex flex-wrap gap-4">
          {(["from", "to"] as const).map((end) => (
            <Field key={end} label={t(`inbox.quiet_${end}`)} error={end === "from" ? refused("quiet") : undefined}>
              {(props) => <input {...props} type="time" required className="field" value={times.quiet?.[end] ?? ""} onChange={({ target }) => change({ quiet: { ...(times.quiet ?? NIGHT), [end]: target.value } })} />}
            </Field>
          ))}
        </div>
      )}
      <label className="flex min-h-11 items-center gap-3 text-sm sm:min-h-9">
        <input type="checkbox" className="size-5 shrink-0 accent-accent" checked={times.urgent_at_once} onChange={({ target }) => change({ urgent_at_once: target.checked })} />
        <span>{t("inbox.urgent")}</span>
      </label>
      <Field label={t("me.time_zone")} hint={t("inbox.zone_hint")} error={refused("time_zone")}>
        {(props) => <Select {...props} value={times.time_zone} onChange={({ target }) => change({ time_zone: target.value })}>{(zones.includes(times.time_zone) ? zones : [times.time_zone, ...zones]).map((zone) => <option key={zone} value={zone}>{zone.replaceAll("_", " ")}</option>)}</Select>}
      </Field>
      <p className="text-sm text-muted">{t("inbox.times_hint")}</p>
      {saving.error && !isOfField && <ErrorWords error={saving.error} />}
      <div className="flex justify-end"><Button type="submit" kind="primary" busy={saving.isPending}>{t("common.save")}</Button></div>
    </form>
  );
}
