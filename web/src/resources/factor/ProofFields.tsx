// A code or a passkey, for whoever is asked who they are: at the second step of a sign-in, and before what needs it anew.
import { useState, type ReactNode } from "react";
import { KeyRound } from "lucide-react";
import { useTranslation } from "@/i18n";
import { ApiError } from "@/api/problem";
import { ErrorWords, useFieldWords } from "@/app/ErrorWords";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { hasPasskeys, isGivenUp } from "./passkey";

interface Props {
  hasApp: boolean;
  hasPasskey: boolean;
  /** What went wrong last. */
  error: unknown;
  isPending: boolean;
  onCode: (code: string) => void;
  onPasskey: () => void;
  /** Other ways, and the way back. */
  children?: ReactNode;
}

export function ProofFields({ hasApp, hasPasskey, error, isPending, onCode, onPasskey, children }: Props) {
  const { t } = useTranslation();
  const say = useFieldWords();
  const [code, setCode] = useState("");
  const [isRecovery, setRecovery] = useState(!hasApp && !hasPasskey);
  const canKey = hasPasskey && hasPasskeys();
  const [isTyping, setTyping] = useState(hasApp || !canKey);
  const refused = error instanceof ApiError ? error.field("code") : undefined;
  const label = isRecovery || !hasApp ? t("factor.recovery_code") : t("factor.code");
  return (
    <form noValidate className="flex flex-col gap-4" onSubmit={(event) => { event.preventDefault(); if (code.trim() !== "") onCode(code); }}>
      {canKey && <Button kind={isTyping ? "plain" : "primary"} busy={isPending && !isTyping} className="sm:min-h-11" onClick={onPasskey}><KeyRound aria-hidden className="size-4" />{t("factor.use_passkey")}</Button>}
      {isTyping && (
        <>
          <Field key={label} label={label} hint={isRecovery || !hasApp ? t("factor.recovery_hint") : t("factor.code_hint")} error={say(refused)}>
            {(props) => <input {...props} value={code} onChange={({ target }) => setCode(target.value)} className="field font-mono tracking-widest" inputMode={isRecovery || !hasApp ? "text" : "numeric"} autoComplete="one-time-code" autoCapitalize="none" spellCheck={false} autoFocus />}
          </Field>
          <Button type="submit" kind="primary" busy={isPending} disabled={code.trim() === ""} className="sm:min-h-11">{t("factor.go_on")}</Button>
        </>
      )}
      {error !== null && error !== undefined && !refused && (isGivenUp(error) ? <p role="alert" className="text-sm text-danger">{t("factor.given_up")}</p> : <ErrorWords error={error} />)}
      <div className="flex flex-wrap gap-x-5 gap-y-2 text-sm">
        {hasApp && <button type="button" className="min-h-8 font-semibold text-accent-text underline" onClick={() => { setRecovery(!isRecovery); setCode(""); }}>{isRecovery ? t("factor.by_app") : t("factor.by_recovery")}</button>}
        {!hasApp && !isTyping && <button type="button" className="min-h-8 font-semibold text-accent-text underline" onClick={() => setTyping(true)}>{t("factor.by_recovery")}</button>}
        {children}
      </div>
    </form>
  );
}
