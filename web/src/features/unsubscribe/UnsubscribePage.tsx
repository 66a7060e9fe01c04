// For who reads a mail and wants no more of its kind: one press, without signing in.
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "@/i18n";
import { api } from "@/api/client";
import { isCode } from "@/api/problem";
import { NOTICE_KIND } from "@/api/words";
import { ErrorWords } from "@/app/ErrorWords";
import { Button } from "@/ui/Button";

export function UnsubscribePage() {
  const { t } = useTranslation();
  const [{ u, k, t: secret }] = useState(() => Object.fromEntries(new URLSearchParams(location.hash.slice(1))) as Record<string, string | undefined>);
  // A daily or weekly mail is about all kinds.
  const kind = k === "all" ? k : NOTICE_KIND.find((known) => known === k);
  const ending = useMutation({ mutationFn: () => api.POST("/api/mail/unsubscribe", { params: { query: { u, k, t: secret } } }) });
  useEffect(() => void (document.title = `${t("inbox.unsubscribe")} · CepatEdge`), [t]);
  const isUnknown = kind === undefined || isCode(ending.error, "not_found");
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-md flex-col items-start justify-center gap-4 px-6 py-10">
      <img src="/icons/icon.svg" alt="" width="52" height="52" className="mb-2" />
      <h1>{t("inbox.unsubscribe")}</h1>
      {isUnknown ? <p className="text-muted">{t("inbox.unsubscribe_unknown")}</p> : ending.isSuccess ? <p role="status">{t("inbox.unsubscribed", { kind: t(`inbox.kind_${kind}`) })}</p> : (
        <>
          <p className="text-muted">{t("inbox.unsubscribe_hint", { kind: t(`inbox.kind_${kind}`) })}</p>
          {ending.error && <ErrorWords error={ending.error} />}
          <Button kind="primary" busy={ending.isPending} onClick={() => ending.mutate()}>{t("inbox.unsubscribe_do")}</Button>
        </>
      )}
      <Link to="/inbox" className="font-semibold text-accent-text underline">{t("inbox.all_choices")}</Link>
    </main>
  );
}
