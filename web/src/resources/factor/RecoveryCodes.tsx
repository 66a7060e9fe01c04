// Recovery codes, which are shown once.
import { Copy, Download } from "lucide-react";
import { useTranslation } from "@/i18n";
import { Button } from "@/ui/Button";
import { save } from "@/ui/save";
import { toast } from "@/ui/toast";

export function RecoveryCodes({ codes, onKept }: { codes: string[]; onKept: () => void }) {
  const { t } = useTranslation();
  const text = `CepatEdge\n${location.host}\n\n${codes.join("\n")}\n`;
  return (
    <div className="flex flex-col gap-4">
      <p>{t("factor.codes_hint")}</p>
      <ul aria-label={t("factor.codes")} className="grid grid-cols-2 gap-x-6 gap-y-2 rounded-lg bg-sunken p-4 font-mono">
        {codes.map((code) => <li key={code}>{code}</li>)}
      </ul>
      <div className="flex flex-wrap gap-2">
        <Button onClick={() => void navigator.clipboard.writeText(text).then(() => toast("done", t("factor.copied")), () => undefined)}><Copy aria-hidden className="size-4" />{t("factor.copy")}</Button>
        <Button onClick={() => save(new Blob([text], { type: "text/plain" }), "cepatedge-recovery-codes.txt")}><Download aria-hidden className="size-4" />{t("factor.save")}</Button>
        <Button kind="primary" className="ml-auto" onClick={onKept}>{t("factor.kept")}</Button>
      </div>
    </div>
  );
}
