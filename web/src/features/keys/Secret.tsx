// The secret of a key, on the one occasion on which it is shown.
import { Copy } from "lucide-react";
import { useId } from "react";
import { useTranslation } from "@/i18n";
import { Button } from "@/ui/Button";
import { toast } from "@/ui/toast";

export function Secret({ text, onClose }: { text: string; onClose: () => void }) {
  const { t } = useTranslation();
  const id = useId();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      toast("done", t("keys.copied"));
    } catch {
      // Where it may not, the text is there to be copied by hand.
      document.getElementById(id)?.focus();
    }
  };
  return (
    <div className="flex flex-col gap-4">
      <p className="text-sm text-muted">{t("keys.once")}</p>
      <label htmlFor={id} className="text-sm font-semibold">{t("keys.secret")}</label>
      <textarea id={id} readOnly rows={3} value={text} onFocus={({ target }) => target.select()} className="field text-sm break-all" />
      <div className="flex flex-wrap justify-end gap-3">
        <Button kind="primary" onClick={() => void copy()}><Copy aria-hidden className="size-4" />{t("keys.copy")}</Button>
        <Button onClick={onClose}>{t("keys.have_it")}</Button>
      </div>
    </div>
  );
}
