// One's own second factors: authenticator app, passkeys, recovery codes.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound, Smartphone } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import { ErrorWords, toastError } from "@/app/ErrorWords";
import { factorsChanged, factorsOptions } from "@/resources/factor/queries";
import { RecoveryCodes } from "@/resources/factor/RecoveryCodes";
import { SetupDialog, type Kind } from "@/resources/factor/SetupDialog";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { When } from "@/ui/time";
import { toast } from "@/ui/toast";
import { PasskeyDialog } from "./PasskeyDialog";

export function SecondFactor() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const factors = useQuery(factorsOptions);
  const [adding, setAdding] = useState<Kind>();
  const [editing, setEditing] = useState<string>();
  const removing = useMutation({
    mutationFn: () => dataOf(api.DELETE("/api/me/totp")),
    onSuccess: () => toast("done", t("factor.removed")),
    onError: toastError,
    onSettled: () => factorsChanged(client),
  });
  const making = useMutation({
    mutationFn: () => dataOf(api.POST("/api/me/recovery-codes")),
    onError: toastError,
    onSettled: () => factorsChanged(client),
  });
  const { totp_since, passkeys = [], recovery_codes_left = 0, is_required } = factors.data ?? {};
  const hasAny = totp_since != null || passkeys.length > 0;
  const passkey = passkeys.find(({ id }) => id === editing);
  return (
    <section id="second-factor" aria-labelledby="second-factor-title">
      <h2 id="second-factor-title">{t("factor.title")}</h2>
      <p className="mt-1 mb-3 text-sm text-muted">{t(is_required ? "factor.required" : "factor.lead")}</p>
      {factors.error && <ErrorWords error={factors.error} />}
      {factors.isPending && <div aria-busy className="card skeleton h-40 bg-sunken" />}
      {factors.data && (
        <div className="card divide-y">
          <Row icon={<Smartphone aria-hidden className="size-5 text-muted" />} title={t("factor.app")} words={totp_since ? <>{t("factor.since")} <When date={totp_since} /></> : t("factor.app_lead")}>
            {totp_since ? <Button busy={removing.isPending} aria-label={t("factor.remove_app")} onClick={() => removing.mutate()}>{t("factor.remove")}</Button> : <Button aria-label={t("factor.set_up_app")} onClick={() => setAdding("app")}>{t("factor.set_up")}</Button>}
          </Row>
          {passkeys.map(({ id, name, is_backed_up, created_at, used_at }) => (
            <Row key={id} icon={<KeyRound aria-hidden className="size-5 text-muted" />} title={<span dir="auto">{name}</span>} words={<>{t(is_backed_up ? "factor.synced" : "factor.one_device")} · {t(used_at ? "factor.used" : "factor.since")} <When date={used_at ?? created_at} /></>}>
              <Button aria-label={t("factor.edit_of", { name })} onClick={() => setEditing(id)}>{t("common.edit")}</Button>
            </Row>
          ))}
          <Row icon={<KeyRound aria-hidden className="size-5 text-muted" />} title={t("factor.passkey")} words={t("factor.passkey_lead")}>
            <Button aria-label={t("factor.add_passkey")} disabled={passkeys.length >= 20} onClick={() => setAdding("passkey")}>{t("factor.add")}</Button>
          </Row>
          {hasAny && (
            <Row title={t("factor.codes")} words={t("factor.codes_left", { count: recovery_codes_left })}>
              <Button busy={making.isPending} onClick={() => making.mutate()}>{t("factor.new_codes")}</Button>
            </Row>
          )}
        </div>
      )}
      {adding && <SetupDialog kind={adding} onClose={() => setAdding(undefined)} />}
      {passkey && <PasskeyDialog passkey={passkey} onClose={() => setEditing(undefined)} />}
      {making.data && <Dialog title={t("factor.codes")} hasWords onClose={() => making.reset()}><RecoveryCodes codes={making.data.recovery_codes} onKept={() => making.reset()} /></Dialog>}
    </section>
  );
}

function Row({ icon, title, words, children }: { icon?: ReactNode; title: ReactNode; words: ReactNode; children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center gap-3 p-4">
      {icon}
      <div className="min-w-0 flex-1 basis-48">
        <p className="words font-semibold">{title}</p>
        <p className="text-sm text-muted">{words}</p>
      </div>
      {children}
    </div>
  );
}
