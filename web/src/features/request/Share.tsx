// A request on its way to somebody else: by WhatsApp, by whatever the device has, as a link, or on paper. Nothing is sent from here.
import { Copy, MessageCircle, Printer, Share2 } from "lucide-react";
import { useTranslation } from "@/i18n";
import type { RequestRecord } from "@/api/types";
import { useMe } from "@/app/session";
import { Button, buttonClass } from "@/ui/Button";
import { toast } from "@/ui/toast";

/** Has the browser print the page; styles.css says what of it. */
function print(what: "all" | "public") {
  document.documentElement.dataset.print = what;
  window.print();
}

export default function Share({ record }: { record: RequestRecord }) {
  const { t } = useTranslation();
  const { role } = useMe();
  const url = `${location.origin}/requests/${record.id}`;
  const title = [record.number, record.title].filter(Boolean).join(" ");
  const copy = () => navigator.clipboard.writeText(url).then(() => toast("done", t("share.copied")), () => toast("failed", t("share.not_copied", { url })));
  return (
    <div role="group" aria-label={t("share.label")} data-screen className="-ml-2 flex flex-wrap">
      <a href={`https://wa.me/?text=${encodeURIComponent(`${title}\n${url}`)}`} target="_blank" rel="noopener noreferrer" className={`${buttonClass("quiet")} px-2!`}><MessageCircle aria-hidden className="size-4" />{t("share.whatsapp")}</a>
      {"share" in navigator && <Button kind="quiet" className="px-2!" onClick={() => void navigator.share({ title, text: title, url }).catch(() => undefined)}><Share2 aria-hidden className="size-4" />{t("share.other")}</Button>}
      <Button kind="quiet" className="px-2!" onClick={() => void copy()}><Copy aria-hidden className="size-4" />{t("share.copy")}</Button>
      <Button kind="quiet" className="px-2!" onClick={() => print("all")}><Printer aria-hidden className="size-4" />{t("share.print")}</Button>
      {role !== "requester" && <Button kind="quiet" className="px-2!" onClick={() => print("public")}><Printer aria-hidden className="size-4" />{t("share.print_public")}</Button>}
    </div>
  );
}
