// The input of a field, by its kind; the list of fields says which that is.
import { lazy, Suspense, type ChangeEvent } from "react";
import { useTranslation, withMore } from "@/i18n";
import { Field } from "@/ui/Field";
import { Select } from "@/ui/Select";
import { useOffered } from "@/resources/categories/queries";
import { chosen, fieldOf, put, sayValue, type FieldName, type Report } from "./fields";
import { FieldMark } from "./marks";
import type { Chosen } from "./named";

const NamedPicker = lazy(() => withMore(import("@/resources/place/NamedPicker")));
const MomentInput = lazy(() => withMore(import("./MomentInput")));

interface Props {
  name: FieldName;
  /** In the form of a new request: asked in its words, with its hint, and said where it may be left empty. */
  isNew?: boolean;
  error?: string;
  /** Values that it has already; of an open choice they may be none of those that are offered. */
  known?: unknown[];
  /** What makes it an input of its form: `register` of a form, or `controlled`. */
  input: object;
}

export function FieldInput({ name, isNew, error, known = [], input }: Props) {
  const { t } = useTranslation();
  const field = fieldOf(name);
  const { words } = useOffered(field);
  const label = t(isNew && field.ask ? field.ask : field.label);
  if (field.kind === "moment") return <Suspense><MomentInput name={name} error={error} {...(input as Put)} /></Suspense>;
  if (field.kind === "flag") return <Flag label={label} input={input} />;
  if (field.kind === "choice" && field.looks && isNew) return <Tiles name={name} label={label} words={words} input={input} />;
  const isOptional = field.kind === "named" || (field.kind === "text" && !field.isRequired);
  return (
    <Field label={isNew && isOptional ? `${label} (${t("new.optional")})` : label} hint={isNew && field.hint ? t(field.hint) : undefined} error={error}>
      {(props) =>
        field.kind === "named" ? (
          <Suspense fallback={<input {...props} disabled className="field" />}><NamedPicker {...props} {...(input as Picked)} noun={field.noun} /></Suspense>
        ) : field.kind === "choice" ? (
          <Select {...props} {...input} required>
            {isNew && field.preset === undefined && <option value="">{t("request.choose")}</option>}
            {[...new Set([...(field.isOpen ? known.map(String) : []), ...words])].map((word) => <option key={word} value={word}>{sayValue(t, name, word)}</option>)}
          </Select>
        ) : field.isLong ? (
          <textarea {...props} {...input} dir="auto" rows={isNew ? 5 : 4} className="field field-sizing-content max-h-[50dvh] min-h-28" />
        ) : (
          <input {...props} {...input} dir="auto" required={!isOptional} className="field" autoComplete="off" />
        )
      }
    </Field>
  );
}

/** What the input of a named thing takes. */
interface Picked { value: string; onPick: (thing: Chosen | null) => void }

/** What the input of a time takes. */
interface Put { value: string; onPut: (value: string) => void }

/** What makes an input show `value` and tell of each change; of a thing that is named, and of a time, `onPick` is told all that follows from it. */
export function controlled(name: FieldName, value: unknown, onChange: (value: unknown) => void, onPick?: (changed: Partial<Report>) => void): object {
  if (fieldOf(name).kind === "named") return { value: String(value ?? ""), onPick: (thing: Chosen | null) => onPick?.(chosen(name, thing)) } satisfies Picked;
  if (fieldOf(name).kind === "moment") return { value: String(value ?? ""), onPut: (value: string) => onPick?.(put(name, value)) } satisfies Put;
  return fieldOf(name).kind === "flag"
    ? { checked: value === true, onChange: ({ target }: ChangeEvent<HTMLInputElement>) => onChange(target.checked) }
    : { value, onChange: ({ target }: ChangeEvent<HTMLInputElement>) => onChange(target.value) };
}

const Flag = ({ label, input }: { label: string; input: object }) => (
  <label className="flex min-h-11 cursor-pointer items-center gap-3 text-sm font-semibold">
    <input type="checkbox" {...input} className="size-5 accent-accent" />
    {label}
  </label>
);

/** All choices at once, of the least to the most. */
const Tiles = ({ name, label, words, input }: { name: FieldName; label: string; words: readonly string[]; input: object }) => (
  <fieldset>
    <legend className="mb-1.5 text-sm font-semibold">{label}</legend>
    <div className="grid grid-cols-2 gap-2 sm:grid-cols-4">
      {words.toReversed().map((word) => (
        <label key={word} className="flex min-h-12 cursor-pointer items-center justify-center rounded-lg border border-edge bg-surface has-checked:border-accent has-checked:bg-accent-soft has-checked:ring-1 has-checked:ring-accent has-focus-visible:outline-2 has-focus-visible:outline-accent">
          <input type="radio" value={word} {...input} className="sr-only" />
          <FieldMark name={name} value={word} />
        </label>
      ))}
    </div>
  </fieldset>
);
