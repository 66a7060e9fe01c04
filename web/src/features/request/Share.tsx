// A request on its way to somebody else: by WhatsApp, by whatever the device has, or as a link. Nothing is sent from here.
import { Copy, MessageCircle, Share2 } from "lucide-react";
import { useTranslation } from "@/i18n";
import type { RequestRecord } from "@/api/types";
import { Button, buttonClass } from "@/ui/Button";
import { toast } from "@/ui/toast";

export default function Share({ record }: { record: RequestRecord }) {
  const { t } = useTranslation();
  const url = `${location.origin}/requests/${record.id}`;
  const title = [record.number, record.title].filter(Boolean).join(" ");
  const copy = () => navigator.clipboard.writeText(url).then(() => toast("done", t("share.copied")), () => toast("failed", t("share.not_copied", { url })));
  return (
    <div role="group" aria-label={t("share.label")} className="-ml-2 flex flex-wrap">
      <a href={`https://wa.me/?text=${encodeURIComponent(`${title}\n${url}`)}`} target="_blank" rel="noopener noreferrer" className={`${buttonClass("quiet")} px-2!`}><MessageCircle aria-hidden className="size-4" />{t("share.whatsapp")}</a>
      {"share" in navigator && <Button kind="quiet" className="px-2!" onClick={() => void navigator.share({ title, text: title, url }).catch(() => undefined)}><Share2 aria-hidden className="size-4" />{t("share.other")}</Button>}
      <Button kind="quiet" className="px-2!" onClick={() => void copy()}><Copy aria-hidden className="size-4" />{t("share.copy")}</Button>
    </div>
  );
}
