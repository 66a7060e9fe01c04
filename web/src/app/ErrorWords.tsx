import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "@/i18n";
import { ApiError, Unreachable } from "@/api/problem";
import type { Profile, Schema } from "@/api/types";
import type words from "@/i18n/en.json";
import { toast } from "@/ui/toast";

/** What is wrong with a field: in the app's words where it has some, else in the server's. */
export function useFieldWords() {
  const { t, exists } = useTranslation();
  return (wrong: Schema<"FieldProblem"> | undefined) =>
    wrong && (exists(`problem.${wrong.code}`) ? t(`problem.${wrong.code as keyof typeof words.problem}`) : wrong.detail);
}

/** What happened and what to do, and the trace id; an administrator is led to its trace. */
export function ErrorWords({ error }: { error: unknown }) {
  const { t, exists } = useTranslation();
  const say = useFieldWords();
  const me = useQueryClient().getQueryData<Profile>(["me"]);
  const problem = error instanceof ApiError ? error.problem : undefined;
  const named = error instanceof Unreachable ? "unreachable" : (problem?.code ?? "internal");
  const code = exists(`error.${named}_do`) ? named : "internal";
  return (
    <div role="alert" className="text-sm">
      <p className="font-semibold">{t(`error.${code}`)}</p>
      {problem?.errors?.map((wrong) => <p key={wrong.field} className="words">{say(wrong)}</p>)}
      <p className="text-muted">{t(`error.${code}_do`)}</p>
      {problem?.request_id && (
        <p className="mt-2 text-xs text-muted">
          <span className="words">{t("error.id", { id: problem.request_id })}</span>
          {me?.user.role === "admin" && (
            <a className="ml-2 font-semibold text-accent-text underline" href={`/system/logs?request_id=${encodeURIComponent(problem.request_id)}`}>{t("error.trace")}</a>
          )}
        </p>
      )}
    </div>
  );
}

export const toastError = (error: unknown) => toast("failed", <ErrorWords error={error} />);
