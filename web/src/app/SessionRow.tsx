import { MonitorSmartphone } from "lucide-react";
import { useTranslation } from "@/i18n";
import type { Schema } from "@/api/types";
import { Button } from "@/ui/Button";
import { When } from "@/ui/time";
import { browserOf } from "./browser";

/** One place where somebody is signed in, and the way to end it. */
export function SessionRow({ session, isEnding, onEnd }: { session: Schema<"MySession">; isEnding: boolean; onEnd: () => void }) {
  const { t } = useTranslation();
  return (
    <li className="flex items-center gap-3 p-4">
      <MonitorSmartphone aria-hidden className="size-5 shrink-0 text-muted" />
      <div className="min-w-0 flex-1 text-sm">
        <p className="words font-semibold">{browserOf(session.user_agent)}</p>
        <p className="text-muted">{session.address} · <When date={session.opened_at} /></p>
      </div>
      {session.current ? (
        <span className="text-sm font-semibold text-accent-text">{t("me.this")}</span>
      ) : (
        <Button kind="danger" busy={isEnding} onClick={onEnd}>{t("me.revoke")}</Button>
      )}
    </li>
  );
}
