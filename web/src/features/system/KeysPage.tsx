// Everybody's API keys, and the end of any of them.
import { useInfiniteQuery } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import { EndDialog } from "@/resources/key/EndDialog";
import { KeyCard } from "@/resources/key/KeyCard";
import { allKeysQuery, type ApiKey } from "@/resources/key/queries";
import { Button } from "@/ui/Button";
import { Failure, Nothing, Waiting } from "./states";

const endAny = (id: string) => dataOf(api.DELETE("/api/system/keys/{id}", { params: { path: { id } } }));

export function KeysPage() {
  const { t } = useTranslation();
  const [asked, setAsked] = useState<ApiKey | null>(null);
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage, isFetchNextPageError } = useInfiniteQuery(allKeysQuery);
  const keys = data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className="flex flex-col gap-4">
      <div>
        <h1>{t("nav.keys")}</h1>
        <p className="text-sm text-muted">{t("keys.all_lead")}</p>
      </div>
      {!data ? (error ? <Failure error={error} onRetry={() => void refetch()} /> : <Waiting />) : (
        <>
          {keys.length === 0 && <div className="card"><Nothing icon={KeyRound} text={t("keys.none")} /></div>}
          {keys.map((key) => <KeyCard key={key.id} api={key} owner><Button kind="danger" onClick={() => setAsked(key)}>{t("keys.end")}</Button></KeyCard>)}
          {error && <Failure error={error} onRetry={() => void (isFetchNextPageError ? fetchNextPage() : refetch())} />}
          {hasNextPage && <Button className="self-center" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t("keys.more")}</Button>}
        </>
      )}
      {asked && <EndDialog api={asked} end={endAny} onClose={() => setAsked(null)} />}
    </div>
  );
}
