// My API keys: made, given a new secret, ended.
import { useQuery } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import { manages } from "@/api/types";
import { ErrorWords } from "@/app/ErrorWords";
import { NotFound } from "@/app/NotFound";
import { useMe } from "@/app/session";
import { EndDialog } from "@/resources/key/EndDialog";
import { KeyCard } from "@/resources/key/KeyCard";
import { myKeysQuery, type ApiKey } from "@/resources/key/queries";
import { Button } from "@/ui/Button";
import { KeyDialog } from "./KeyDialog";
import { RotateDialog } from "./RotateDialog";

type Asked = { what: "make" } | { what: "edit" | "rotate" | "end"; key: ApiKey };

const endOwn = (id: string) => dataOf(api.DELETE("/api/keys/{id}", { params: { path: { id } } }));

export function KeysPage() {
  return manages(useMe().role) ? <Keys /> : <NotFound />;
}

function Keys() {
  const { t } = useTranslation();
  const [asked, setAsked] = useState<Asked | null>(null);
  const { data, error, refetch } = useQuery(myKeysQuery);
  const close = () => setAsked(null);
  return (
    <div className="mx-auto flex max-w-xl flex-col gap-4">
      <header className="flex flex-wrap items-center justify-between gap-3">
        <h1>{t("nav.keys")}</h1>
        <Button kind="primary" onClick={() => setAsked({ what: "make" })}><KeyRound aria-hidden className="size-4" />{t("keys.make")}</Button>
      </header>
      <p className="text-sm text-muted">{t("keys.lead")}</p>
      {error && <div className="card flex flex-col items-start gap-3 p-4"><ErrorWords error={error} /><Button onClick={() => void refetch()}>{t("common.retry")}</Button></div>}
      {!data && !error && <div role="status" aria-label={t("common.loading")} className="card skeleton h-40 bg-sunken" />}
      {data?.items.length === 0 && <p className="card p-6 text-center text-muted">{t("keys.none")}</p>}
      {data?.items.map((key) => (
        <KeyCard key={key.id} api={key}>
          {key.state !== "expired" && <Button onClick={() => setAsked({ what: "rotate", key })}>{t("keys.rotate")}</Button>}
          {key.state !== "expired" && <Button onClick={() => setAsked({ what: "edit", key })}>{t("keys.edit")}</Button>}
          <Button kind="danger" onClick={() => setAsked({ what: "end", key })}>{t("keys.end")}</Button>
        </KeyCard>
      ))}
      {asked?.what === "make" && <KeyDialog onClose={close} />}
      {asked?.what === "edit" && <KeyDialog known={asked.key} onClose={close} />}
      {asked?.what === "rotate" && <RotateDialog known={asked.key} onClose={close} />}
      {asked?.what === "end" && <EndDialog api={asked.key} end={endOwn} onClose={close} />}
    </div>
  );
}
