import { useTranslation } from "@/i18n";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";

/** Several ways to the same are parted by a blank. */
const GROUPS = [
  ["lists", [["j k", "move"], ["Enter", "open"], ["/", "search"], ["Ctrl+K", "everything"], ["n", "new"], ["?", "this"]]],
  ["request", [["a", "step"], ["e", "edit"], ["c", "comment"], ["Ctrl+Enter", "send"], ["j k", "others"], ["u Esc", "back"]]],
] as const;

export default function Help({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog title={t("help.help")} onClose={onClose}>
      {GROUPS.map(([group, keys]) => (
        <section key={group} aria-labelledby={group} className="mb-5">
          <h3 id={group} className="mb-2 text-sm font-semibold text-muted">{t(`help.${group}`)}</h3>
          <dl className="grid grid-cols-[7.5rem_1fr] gap-y-2 text-sm">
            {keys.map(([key, what]) => (
              <div key={what} className="contents">
                <dt className="flex flex-wrap items-start gap-1">
                  {key.split(" ").map((one) => <kbd key={one} className="rounded border border-edge bg-sunken px-2 py-0.5 font-mono text-xs">{one}</kbd>)}
                </dt>
                <dd>{t(`help.${what}`)}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      <div className="flex justify-end"><Button onClick={onClose}>{t("common.close")}</Button></div>
    </Dialog>
  );
}
