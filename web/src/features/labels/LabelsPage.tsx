// Labels to be printed: of places, of assets, or of nothing yet. What is on the sheet comes from the server, so a thing keeps the label
// that it has.
import { useMutation } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { Printer } from "lucide-react";
import { useState, type FormEvent } from "react";
import { useTranslation } from "@/i18n";
import { manages } from "@/api/types";
import { ErrorWords } from "@/app/ErrorWords";
import { NotFound } from "@/app/NotFound";
import { useMe } from "@/app/session";
import { makeLabels } from "@/resources/label/queries";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { Select } from "@/ui/Select";
import { Choose } from "./Choose";
import { PAPER_NAMES, PAPERS, perPage, type PaperName } from "./papers";
import { Sheets } from "./Sheet";
import { MOST, useThings } from "./useThings";

const KEPT = "label-paper";

export function LabelsPage() {
  const { role } = useMe();
  return manages(role) ? <Loaded /> : <NotFound />;
}

function Loaded() {
  const { t } = useTranslation();
  const search = useSearch({ from: "/app/labels" });
  const isBlank = search.place === undefined && search.thing === undefined && !search.list;
  const { noun, things, isPending, error } = useThings(search);
  const [without, setWithout] = useState<ReadonlySet<string>>();
  // Of a place, only itself to begin with: what is in it is chosen.
  const left = without ?? new Set(search.place === undefined ? [] : things.slice(1).map(({ id }) => id));
  const chosen = things.filter(({ id }) => !left.has(id)).map(({ id }) => id);
  const [count, setCount] = useState("24");
  const [paper, setPaper] = useState<PaperName>(() => PAPER_NAMES.find((name) => name === localStorage.getItem(KEPT)) ?? "a4x24");
  const [start, setStart] = useState("1");
  const places = perPage(PAPERS[paper]);
  // A sheet whose answer was lost is asked for again, not for another one.
  const [sheet, setSheet] = useState(() => crypto.randomUUID());
  const making = useMutation({
    mutationFn: () => makeLabels(isBlank ? { count: Number(count) } : { [`${noun}_ids`]: chosen }, sheet),
    onSuccess: () => setSheet(crypto.randomUUID()),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    making.mutate();
  };
  return (
    <div className="flex flex-col gap-5">
      <form noValidate onSubmit={submit} className="flex max-w-xl flex-col gap-4">
        <h1>{t("labels.title")}</h1>
        <p className="text-sm text-muted">{t(isBlank ? "labels.lead_blank" : "labels.lead")}</p>
        {isBlank ? (
          <Field label={t("labels.count")} hint={t("labels.count_hint", { count: MOST })}>
            {(props) => <input {...props} type="number" min={1} max={MOST} required value={count} onChange={({ target }) => setCount(target.value)} className="field w-32" />}
          </Field>
        ) : <Choose things={things} isPending={isPending} error={error} left={left} onChange={setWithout} />}
        <Field label={t("labels.paper")}>
          {(props) => (
            <Select {...props} value={paper} onChange={({ target }) => { const name = target.value as PaperName; setPaper(name); localStorage.setItem(KEPT, name); }}>
              {PAPER_NAMES.map((name) => <option key={name} value={name}>{t(`labels.${name}`)}</option>)}
            </Select>
          )}
        </Field>
        {places > 1 && (
          <Field label={t("labels.start")} hint={t("labels.start_hint", { count: places })}>
            {(props) => <input {...props} type="number" min={1} max={places} value={start} onChange={({ target }) => setStart(target.value)} className="field w-32" />}
          </Field>
        )}
        {making.error && <ErrorWords error={making.error} />}
        <div className="flex flex-wrap gap-3">
          <Button type="submit" kind={making.data ? "plain" : "primary"} busy={making.isPending} disabled={!isBlank && chosen.length === 0}>{t(isBlank ? "labels.make" : "labels.show")}</Button>
          {making.data && <Button kind="primary" onClick={() => print()}><Printer aria-hidden className="size-4" />{t("labels.print")}</Button>}
        </div>
      </form>
      {making.data && (
        // A page of paper is wider than a phone.
        <div tabIndex={0} role="region" aria-label={t("labels.preview")} className="sheets -mx-4 flex flex-col gap-4 overflow-x-auto px-4 sm:mx-0 sm:px-0">
          <Sheets paper={paper} labels={making.data.items} address={making.data.address} start={Number(start)} />
        </div>
      )}
    </div>
  );
}
