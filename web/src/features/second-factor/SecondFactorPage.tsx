// For whoever must have a second factor and is signed in without one: it is set up, or proved, before anything else.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useRouter } from "@tanstack/react-router";
import { KeyRound, Smartphone } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "@/i18n";
import { ErrorWords, toastError } from "@/app/ErrorWords";
import { meOptions, signOut } from "@/app/session";
import { useProof } from "@/app/useProof";
import { Proof } from "@/resources/factor/Proof";
import { factorsOptions } from "@/resources/factor/queries";
import { SetupDialog, type Kind } from "@/resources/factor/SetupDialog";
import { Button } from "@/ui/Button";

export function SecondFactorPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const router = useRouter();
  const navigate = useNavigate();
  const proof = useProof();
  const factors = useQuery(factorsOptions);
  const [adding, setAdding] = useState<Kind>();
  useEffect(() => void (document.title = `${t("factor.title")} · CepatEdge`), [t]);
  const goOn = async () => {
    await client.invalidateQueries({ queryKey: meOptions.queryKey, refetchType: "all" });
    await client.fetchQuery({ ...meOptions, staleTime: 0 });
    router.history.replace("/");
  };
  const leave = async () => {
    await signOut(client);
    await navigate({ to: "/sign-in", search: { next: undefined } });
  };
  const leaving = useMutation({ mutationFn: leave, onError: toastError });
  const hasAny = factors.data && (factors.data.totp_since !== null || factors.data.passkeys.length > 0);
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-md flex-col justify-center gap-5 px-6 py-10">
      <img src="/icons/icon.svg" alt="" width="52" height="52" />
      <h1>{t(hasAny ? "factor.again" : "factor.duty")}</h1>
      {factors.error && <ErrorWords error={factors.error} />}
      {factors.isPending && <div aria-busy className="card skeleton h-40 bg-sunken" />}
      {hasAny === true && <><p className="text-muted">{t("factor.duty_prove")}</p><Proof isSecond onProved={() => void goOn()} onBack={() => leaving.mutate()} /></>}
      {hasAny === false && (
        <>
          <p className="text-muted">{t("factor.duty_hint")}</p>
          <Button kind="primary" className="sm:min-h-11" onClick={() => setAdding("app")}><Smartphone aria-hidden className="size-4" />{t("factor.set_up_app")}</Button>
          <Button className="sm:min-h-11" onClick={() => setAdding("passkey")}><KeyRound aria-hidden className="size-4" />{t("factor.add_passkey")}</Button>
        </>
      )}
      <button type="button" className="min-h-8 self-start text-sm text-muted underline" onClick={() => leaving.mutate()}>{t("me.sign_out")}</button>
      {adding && <SetupDialog kind={adding} onClose={(isDone) => { setAdding(undefined); if (isDone) void goOn(); }} />}
      {proof}
    </main>
  );
}
