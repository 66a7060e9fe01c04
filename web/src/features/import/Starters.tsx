// Something to begin with, for those who have no spreadsheet: a tree of places, categories, and what is to be known of assets.
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { ErrorWords } from "@/app/ErrorWords";
import { useMe } from "@/app/session";
import { known } from "@/sheet/there";
import { Button } from "@/ui/Button";
import { keepRun, type Run } from "./kept";
import { planOf } from "./plans";
import { addSettings } from "./starters/settings";
import { placesOf, STARTERS, type StarterName } from "./starters/shape";

const inLanguage = async (language: string) => (language === "id" ? import("./starters/id") : import("./starters/en")).then((all) => all.default);

export default function Starters({ user, onBegun }: { user: string; onBegun: (run: Run) => void }) {
  const { t, language } = useTranslation();
  const { role } = useMe();
  const [name, setName] = useState<StarterName>();
  const beginning = useMutation({
    mutationFn: async (name: StarterName) => {
      const starter = (await inLanguage(language))[name];
      const there = await known("places", new AbortController().signal, () => undefined);
      const rows = placesOf(starter.places).map(({ name, kind, path }, at) => ({ line: at + 1, cells: [name, kind, path] }));
      const { items } = planOf(rows, there, { kind: "places", mapping: ["name", "kind", "parent"], order: "day", update: false });
      const run: Run = { id: crypto.randomUUID(), user, kind: "places", file: t(`import.starter_${name}`), at: Date.now(), items: items.filter(({ act }) => act === "make") };
      // Before anything is changed, so that nothing comes in that cannot be taken back.
      await keepRun(run);
      if (role === "admin") {
        run.settings = await addSettings(starter);
        await keepRun(run);
      }
      return run;
    },
    onSuccess: onBegun,
  });
  return (
    <section aria-label={t("import.starters")} className="card flex flex-col items-start gap-3 p-4">
      <h2>{t("import.starters")}</h2>
      <p className="text-sm text-muted">{t(role === "admin" ? "import.starters_hint_admin" : "import.starters_hint")}</p>
      <div role="group" aria-label={t("import.starters")} className="flex flex-wrap gap-2">
        {STARTERS.map((one) => <Button key={one} aria-pressed={one === name} onClick={() => setName(one === name ? undefined : one)} className="aria-pressed:border-accent aria-pressed:bg-accent-soft">{t(`import.starter_${one}`)}</Button>)}
      </div>
      {name && <Button kind="primary" busy={beginning.isPending} onClick={() => beginning.mutate(name)}>{t("import.starters_begin", { name: t(`import.starter_${name}`) })}</Button>}
      {beginning.error && <ErrorWords error={beginning.error} />}
    </section>
  );
}
