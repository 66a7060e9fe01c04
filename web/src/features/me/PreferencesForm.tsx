// Phone, time zone and start page; saved together.
import { valibotResolver } from "@hookform/resolvers/valibot";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { useTranslation } from "@/i18n";
import * as v from "valibot";
import { api, dataOf } from "@/api/client";
import { ApiError } from "@/api/problem";
import { ErrorWords, useFieldWords } from "@/app/ErrorWords";
import { keep, preferencesOptions, type Preferences } from "@/app/preferences";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { Select } from "@/ui/Select";
import { toast } from "@/ui/toast";

const ZONES = ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")];
const STARTS = ["home", "requests", "work", "new"] as const;
const Entered = v.object({ phone: v.pipe(v.string(), v.trim()), time_zone: v.string(), start_page: v.picklist(["", ...STARTS]) });
type Entered = v.InferOutput<typeof Entered>;

export function PreferencesForm() {
  const { t } = useTranslation();
  const { data, error, isPending } = useQuery(preferencesOptions);
  return (
    <section aria-labelledby="preferences">
      <h2 id="preferences" className="mb-2">{t("me.preferences")}</h2>
      {error && <ErrorWords error={error} />}
      {isPending && <div aria-busy className="card skeleton h-60 bg-sunken" />}
      {data && <Form known={data} />}
    </section>
  );
}

function Form({ known }: { known: Preferences }) {
  const { t } = useTranslation();
  const say = useFieldWords();
  const client = useQueryClient();
  const form = useForm<Entered>({ resolver: valibotResolver(Entered), defaultValues: { phone: known.phone ?? "", time_zone: known.time_zone ?? "", start_page: known.start_page ?? "" } });
  const saving = useMutation({
    mutationFn: ({ phone, time_zone, start_page }: Entered) => dataOf(api.PUT("/api/me/preferences", { body: { phone: phone || null, time_zone: time_zone || null, start_page: start_page || null } })),
    onSuccess: (saved, entered) => {
      client.setQueryData(preferencesOptions.queryKey, keep(saved));
      form.reset(entered);
      toast("done", t("me.saved"));
    },
  });
  const refused = (name: keyof Entered) => (saving.error instanceof ApiError ? say(saving.error.field(name)) : undefined);
  const isOfField = saving.error instanceof ApiError && (saving.error.problem.errors?.length ?? 0) > 0;
  return (
    <form noValidate className="card flex flex-col gap-4 p-4" onSubmit={form.handleSubmit((values) => saving.mutate(values))}>
      <Field label={t("me.phone")} hint={t("me.phone_hint")} error={refused("phone")}>
        {(props) => <input {...props} {...form.register("phone")} className="field" type="tel" autoComplete="tel" />}
      </Field>
      <Field label={t("me.time_zone")} error={refused("time_zone")}>
        {(props) => <Select {...props} {...form.register("time_zone")}><option value="">{t("me.time_zone_device")}</option>{ZONES.map((zone) => <option key={zone} value={zone}>{zone.replaceAll("_", " ")}</option>)}</Select>}
      </Field>
      <Field label={t("me.start_page")} error={refused("start_page")}>
        {(props) => <Select {...props} {...form.register("start_page")}><option value="">{t("me.start_home")}</option>{STARTS.slice(1).map((page) => <option key={page} value={page}>{t(`me.start_${page}`)}</option>)}</Select>}
      </Field>
      {saving.error && !isOfField && <ErrorWords error={saving.error} />}
      <div className="flex justify-end"><Button type="submit" kind="primary" busy={saving.isPending} disabled={!form.formState.isDirty}>{t("common.save")}</Button></div>
    </form>
  );
}
