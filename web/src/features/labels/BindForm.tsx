// What is this label on? A place or a thing; of a label that is on something else already, that is said, and asked again.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "@/i18n";
import { ApiError, isCode } from "@/api/problem";
import { ErrorWords } from "@/app/ErrorWords";
import { bindLabel, labelOptions, thingOf, type Label } from "@/resources/label/queries";
import NamedPicker from "@/resources/place/NamedPicker";
import { sayLabel, type Chosen, type Noun } from "@/resources/request/named";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { toast } from "@/ui/toast";

export function BindForm({ code, onDone }: { code: string; onDone: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [chosen, setChosen] = useState<{ noun: Noun; thing: Chosen }>();
  const binding = useMutation({
    mutationFn: ({ noun, id, isSure }: { noun: Noun; id: string; isSure: boolean }) => bindLabel(code, noun, id, isSure),
    onSuccess: (label) => {
      client.setQueryData(labelOptions(code).queryKey, label);
      toast("done", t("label.bound"));
      onDone();
    },
  });
  const bound = isCode(binding.error, "label_bound") ? thingOf((binding.error as ApiError).problem.record as unknown as Label) : undefined;
  const bind = (isSure: boolean) => chosen && binding.mutate({ noun: chosen.noun, id: chosen.thing.id, isSure });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    bind(false);
  };
  const pick = (noun: Noun) => (thing: Chosen | null) => {
    binding.reset();
    setChosen(thing ? { noun, thing } : undefined);
  };
  const valueOf = (noun: Noun) => (chosen?.noun === noun ? chosen.thing.id : "");
  return (
    <form noValidate onSubmit={submit} className="card flex flex-col gap-4 p-4">
      <h2>{t("label.what")}</h2>
      <Field label={t("request.asset")}>{({ id }) => <NamedPicker key={`asset ${valueOf("asset")}`} id={id} noun="asset" value={valueOf("asset")} onPick={pick("asset")} />}</Field>
      <Field label={t("label.or_place")}>{({ id }) => <NamedPicker key={`location ${valueOf("location")}`} id={id} noun="location" value={valueOf("location")} onPick={pick("location")} />}</Field>
      {bound && chosen ? (
        <div role="alert" className="rounded-lg bg-warn-soft p-3 text-sm text-warn">
          <p className="words mb-2">{t("label.bound_to", { name: bound.name, other: sayLabel(chosen.thing) })}</p>
          <Button kind="danger" busy={binding.isPending} onClick={() => bind(true)}>{t("label.rebind")}</Button>
        </div>
      ) : binding.error && <ErrorWords error={binding.error} />}
      <div className="flex justify-end"><Button type="submit" kind="primary" busy={binding.isPending} disabled={!chosen}>{t("label.bind")}</Button></div>
    </form>
  );
}
