// How mail is set up, and whether it works.
import { useMutation, useQuery } from "@tanstack/react-query";
import { Send } from "lucide-react";
import { useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import type { Schema } from "@/api/types";
import { ErrorWords } from "@/app/ErrorWords";
import { useMe } from "@/app/session";
import type { Language } from "@/i18n";
import { Button } from "@/ui/Button";
import { Card } from "./Card";
import { DeliveriesCard } from "./DeliveriesCard";
import { MailedWords } from "./MailedWords";
import { PausedCard } from "./PausedCard";
import { mailQuery, recordsQuery } from "./queries";
import { Failure, Waiting } from "./states";

export function MailPage() {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(mailQuery);
  return (
    <div className="flex max-w-3xl flex-col gap-4">
      <div>
        <h1>{t("mail.title")}</h1>
        <p className="text-sm text-muted">{t("mail.lead")}</p>
      </div>
      {!data ? (error ? <Failure error={error} onRetry={() => void refetch()} /> : <Waiting rows={3} />) : (
        <>
          <Setup setup={data} />
          <PausedCard />
          {data.status === "on" && <Test />}
          {data.status === "on" && data.transport !== "log" && <Arriving domain={data.sender?.split("@").at(-1) ?? ""} />}
          <DeliveriesCard />
        </>
      )}
    </div>
  );
}

function Setup({ setup }: { setup: Schema<"MailSetup"> }) {
  const { t } = useTranslation();
  const { status, problem, transport, host, sender, sender_name } = setup;
  const facts = [[t("mail.way"), transport && t(`mail.by_${transport}`)], [t("mail.host"), host], [t("mail.sender"), [sender_name, sender].filter(Boolean).join(" · ")]];
  return (
    <Card title={t(`mail.${status}`)}>
      {status === "on" ? (
        <dl className="grid gap-3 sm:grid-cols-3">
          {facts.filter(([, value]) => value).map(([name, value]) => <div key={name} className="min-w-0"><dt className="text-xs text-muted">{name}</dt><dd className="words">{value}</dd></div>)}
        </dl>
      ) : (
        <div className="flex flex-col gap-2 text-sm">
          {problem && <p className="words text-danger">{problem}</p>}
          <p className="text-muted">{t(`mail.${status}_do`)}</p>
        </div>
      )}
    </Card>
  );
}

function Test() {
  const { t, language } = useTranslation();
  const { email } = useMe();
  const testing = useMutation({ mutationFn: () => dataOf(api.POST("/api/system/mail/test", { body: { language: language as Language } })) });
  return (
    <Card title={t("mail.test")}>
      <div className="flex flex-col items-start gap-3">
        <p className="words text-sm text-muted">{t("mail.test_hint", { email })}</p>
        <Button kind="primary" busy={testing.isPending} onClick={() => testing.mutate()}><Send aria-hidden className="size-4" />{t("mail.send")}</Button>
        <div role="status" className="w-full">{testing.data && <MailedWords mailed={testing.data} taken={t("mail.taken")} />}</div>
        {testing.error && <ErrorWords error={testing.error} />}
      </div>
    </Card>
  );
}

/** What only the domain's owner can do; which records, the provider says. */
function Arriving({ domain }: { domain: string }) {
  const { t } = useTranslation();
  const { data, isPending } = useQuery(recordsQuery);
  const found = (record: string | null | undefined) =>
    isPending ? t("mail.looking") : !data ? t("mail.dns_away") : record ? <code className="words">{record}</code> : <span className="font-semibold text-warn">{t("mail.no_record")}</span>;
  return (
    <Card title={t("mail.arriving")}>
      <p className="text-sm text-muted">{t("mail.arriving_hint")}</p>
      <ul className="mt-3 flex list-disc flex-col gap-3 pl-5 text-sm">
        <li className="words">{t("mail.spf", { domain })}<br />{found(data?.spf)}</li>
        <li className="words">{t("mail.dkim", { domain })}</li>
        <li className="words">{t("mail.dmarc", { domain })}<br />{found(data?.dmarc)}</li>
      </ul>
    </Card>
  );
}
