import { useTranslation } from "react-i18next";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";

const KEYS = [["j k", "help_move"], ["Enter", "help_open"], ["/", "help_search"], ["n", "help_new"], ["?", "help_this"]] as const;

export default function Help({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog title={t("list.help")} onClose={onClose}>
      <dl className="mb-5 grid grid-cols-[6rem_1fr] gap-y-2 text-sm">
        {KEYS.map(([key, what]) => (
          <div key={key} className="contents">
            <dt><kbd className="rounded border border-edge bg-sunken px-2 py-0.5 font-mono text-xs">{key}</kbd></dt>
            <dd>{t(`list.${what}`)}</dd>
          </div>
        ))}
      </dl>
      <div className="flex justify-end"><Button onClick={onClose}>{t("common.close")}</Button></div>
    </Dialog>
  );
}
