// The second step of a sign-in. Its ticket ends after five minutes, or with a change of the account: then the first step is made again.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import { isCode } from "@/api/problem";
import type { Schema } from "@/api/types";
import { becomes } from "@/app/session";
import { ProofFields } from "./ProofFields";
import { usePasskey } from "./passkey";

interface Props {
  step: Schema<"SecondFactor">;
  onDone: () => void;
  /** Back to the first step. */
  onBack: () => void;
}

export default function SecondStep({ step: { ticket, methods }, onDone, onBack }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const proving = useMutation({
    mutationFn: async (code: string | null) => {
      const proof = code === null ? { passkey: await usePasskey(await dataOf(api.POST("/api/auth/passkey/options", { body: { ticket } }))) } : { code };
      await becomes(client, await dataOf(api.POST("/api/auth/factor", { body: { ticket, ...proof } })));
    },
    onSuccess: onDone,
  });
  if (isCode(proving.error, "ticket_over")) {
    return (
      <div role="alert" className="flex flex-col items-start gap-3">
        <p>{t("factor.over")}</p>
        <button type="button" autoFocus className="min-h-8 font-semibold text-accent-text underline" onClick={onBack}>{t("factor.start_over")}</button>
      </div>
    );
  }
  return (
    <section aria-labelledby="second-step" className="flex flex-col gap-4">
      <h2 id="second-step">{t("factor.second_step")}</h2>
      <ProofFields hasApp={methods.includes("totp")} hasPasskey={methods.includes("passkey")} error={proving.error} isPending={proving.isPending} onCode={(code) => proving.mutate(code)} onPasskey={() => proving.mutate(null)}>
        <button type="button" className="min-h-8 text-muted underline" onClick={onBack}>{t("common.back")}</button>
      </ProofFields>
      <p className="text-sm text-muted">{t("factor.lost")}</p>
    </section>
  );
}
