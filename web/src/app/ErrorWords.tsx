import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ApiError, Unreachable } from "@/api/problem";
import type { Profile } from "@/api/types";
import { toast } from "@/ui/toast";

/** What happened and what to do, and the request id; an administrator is led to its trace. */
export function ErrorWords({ error }: { error: unknown }) {
  const { t, i18n } = useTranslation();
  const me = useQueryClient().getQueryData<Profile>(["me"]);
  const problem = error instanceof ApiError ? error.problem : undefined;
  const named = error instanceof Unreachable ? "unreachable" : (problem?.code ?? "internal");
  const code = i18n.exists(`error.${named}_do`) ? named : "internal";
  return (
    <div role="alert" className="text-sm">
      <p className="font-semibold">{t(`error.${code}`)}</p>
      {problem?.errors?.map(({ field, detail }) => <p key={field} className="words">{detail}</p>)}
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
