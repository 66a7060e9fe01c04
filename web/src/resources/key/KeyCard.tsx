// An API key: what it may do, until when, and who has used it when. Never its secret.
import { KeyRound } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "@/i18n";
import { When } from "@/ui/time";
import type { ApiKey } from "./queries";

export function KeyCard({ api, owner, children }: { api: ApiKey; owner?: boolean; children: ReactNode }) {
  const { t } = useTranslation();
  const id = `key-${api.id}`;
  return (
    <section aria-labelledby={id} className="card flex flex-col gap-3 p-4">
      <header className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <KeyRound aria-hidden className="size-4 self-center text-muted" />
        <h2 id={id} dir="auto" className="words min-w-0 text-base">{api.name}</h2>
        {api.state !== "active" && <span className="text-sm font-semibold text-warn">{t(`keys.state_${api.state}`)}</span>}
        {owner && <span dir="auto" className="words text-sm text-muted">{api.owner.name} · {t(`role.${api.role}`)}</span>}
      </header>
      <ul className="flex flex-wrap gap-2">
        {api.scopes.map((scope) => <li key={scope} className="rounded bg-sunken px-2 py-0.5 text-xs font-semibold">{t(`keys.scope_${scope}`)}</li>)}
      </ul>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-sm">
        <Row name={t("keys.id")}><code className="text-xs">cek_{api.id}_…</code></Row>
        <Row name={t(api.state === "expired" ? "keys.ended" : "keys.ends")}><When date={api.expires_at} /></Row>
        <Row name={t("keys.last_use")}>{api.last_use ? <Used use={api.last_use} /> : t("keys.never")}</Row>
        {api.previous && <Row name={t("keys.previous")}><When date={api.previous.until} />{api.previous.last_use && <> · {t("keys.last_use")}: <Used use={api.previous.last_use} /></>}</Row>}
      </dl>
      <div className="flex flex-wrap gap-2">{children}</div>
    </section>
  );
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  return <div className="contents"><dt className="text-muted">{name}</dt><dd className="wrap-anywhere">{children}</dd></div>;
}

function Used({ use }: { use: NonNullable<ApiKey["last_use"]> }) {
  const { t } = useTranslation();
  return <><When date={use.at} /> · {use.from} · {t("keys.uses", { count: use.uses })}</>;
}
