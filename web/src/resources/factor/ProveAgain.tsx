// Asks for the proof, in a dialog above whatever is open.
import { useTranslation } from "@/i18n";
import { Dialog } from "@/ui/Dialog";
import { Proof } from "./Proof";

export default function ProveAgain({ onEnd }: { onEnd: (isProved: boolean) => void }) {
  const { t } = useTranslation();
  return (
    <Dialog title={t("factor.again")} onClose={() => onEnd(false)}>
      <p className="mb-4 text-sm text-muted">{t("factor.again_hint")}</p>
      <Proof onProved={() => onEnd(true)} onBack={() => onEnd(false)} />
    </Dialog>
  );
}
