// A link that lets somebody in: copied, shared, or held up to a camera.
import { Copy, Share2 } from "lucide-react";
import { useId, useState, type ReactNode } from "react";
import { useTranslation } from "@/i18n";
import { Button } from "@/ui/Button";
import { Qr } from "@/ui/Qr";
import { toast } from "@/ui/toast";

/** `children` say more of it: until when it works, whether it was mailed. */
export function HandedLink({ who, link, children }: { who: string; link: string; children?: ReactNode }) {
  const { t } = useTranslation();
  const id = useId();
  const [isShown, setShown] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(link);
      toast("done", t("people.copied"));
    } catch {
      // Where it may not, the link is there to be copied by hand.
      document.getElementById(id)?.focus();
    }
  };
  return (
    <div className="flex flex-col gap-2">
      <label htmlFor={id} className="words text-sm font-semibold">{who}</label>
      {children}
      <input id={id} readOnly value={link} onFocus={({ target }) => target.select()} className="field text-sm" />
      <div className="flex flex-wrap gap-2">
        <Button onClick={() => void copy()}><Copy aria-hidden className="size-4" />{t("people.copy")}</Button>
        {"share" in navigator && <Button onClick={() => void navigator.share({ url: link, title: "CepatEdge" }).catch(() => undefined)}><Share2 aria-hidden className="size-4" />{t("people.share")}</Button>}
        <Button kind="quiet" aria-expanded={isShown} onClick={() => setShown(!isShown)}>{t("people.qr")}</Button>
      </div>
      {isShown && <Qr text={link} label={t("people.qr_of", { email: who })} />}
    </div>
  );
}
