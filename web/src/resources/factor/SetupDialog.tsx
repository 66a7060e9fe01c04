// A second factor is set up, and the recovery codes that come with the first one are shown: closed by nothing but a word that they are kept.
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { Dialog } from "@/ui/Dialog";
import { toast } from "@/ui/toast";
import { AppSetup } from "./AppSetup";
import { PasskeySetup } from "./PasskeySetup";
import { RecoveryCodes } from "./RecoveryCodes";

export type Kind = "app" | "passkey";

export function SetupDialog({ kind, onClose }: { kind: Kind; onClose: (isDone: boolean) => void }) {
  const { t } = useTranslation();
  const [codes, setCodes] = useState<string[]>();
  const done = (codes: string[]) => {
    toast("done", t(kind === "app" ? "factor.app_added" : "factor.passkey_added"));
    if (codes.length > 0) setCodes(codes);
    else onClose(true);
  };
  const title = codes ? t("factor.codes") : t(kind === "app" ? "factor.app" : "factor.passkey");
  return (
    <Dialog key={codes ? "codes" : "setup"} title={title} hasWords onClose={() => onClose(codes !== undefined)}>
      {codes ? <RecoveryCodes codes={codes} onKept={() => onClose(true)} />
        : kind === "app" ? <AppSetup onDone={done} onBack={() => onClose(false)} />
        : <PasskeySetup onDone={done} onBack={() => onClose(false)} />}
    </Dialog>
  );
}
