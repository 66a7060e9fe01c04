import { useTranslation } from "@/i18n";
import { ErrorWords } from "@/app/ErrorWords";
import { Button } from "@/ui/Button";
import { MOST, type Wanted } from "./useThings";

interface Props {
  things: Wanted[];
  isPending: boolean;
  error: unknown;
  /** Those without a label on the sheet. */
  left: ReadonlySet<string>;
  onChange: (left: ReadonlySet<string>) => void;
}

/** Which of the things get a label on the sheet. */
export function Choose({ things, isPending, error, left, onChange }: Props) {
  const { t } = useTranslation();
  const toggle = (id: string) => onChange(new Set(left.has(id) ? [...left].filter((other) => other !== id) : [...left, id]));
  if (error && things.length === 0) return <ErrorWords error={error} />;
  return (
    <fieldset aria-busy={isPending}>
      <legend className="mb-1.5 text-sm font-semibold">{t("labels.of")} <span className="font-normal text-muted">{t("labels.chosen", { count: things.filter(({ id }) => !left.has(id)).length })}</span></legend>
      {things.length > 1 && (
        <div className="mb-1 flex gap-2">
          <Button kind="quiet" className="px-2!" onClick={() => onChange(new Set())}>{t("labels.all")}</Button>
          <Button kind="quiet" className="px-2!" onClick={() => onChange(new Set(things.map(({ id }) => id)))}>{t("labels.none")}</Button>
        </div>
      )}
      <ul className="card max-h-80 divide-y overflow-y-auto empty:hidden">
        {things.map(({ id, name, where }) => (
          <li key={id}>
            <label className="flex min-h-11 cursor-pointer items-center gap-3 px-4 py-1.5 text-sm">
              <input type="checkbox" checked={!left.has(id)} onChange={() => toggle(id)} className="size-5 shrink-0 accent-accent" />
              <span className="min-w-0"><span dir="auto" className="words block font-semibold">{name}</span>{where && <span dir="auto" className="words block text-xs text-muted">{where}</span>}</span>
            </label>
          </li>
        ))}
      </ul>
      {isPending && <p role="status" className="mt-1.5 text-sm text-muted">{t("common.loading")}</p>}
      {things.length === MOST && <p className="mt-1.5 text-sm text-muted">{t("labels.most", { count: MOST })}</p>}
    </fieldset>
  );
}
