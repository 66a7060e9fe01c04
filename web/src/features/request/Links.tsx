// What the request is to others: each with how it is called and where it stands by now.
import { Link as To } from "@tanstack/react-router";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link2, Split, X } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation, withMore } from "@/i18n";
import { manages, type RequestRecord } from "@/api/types";
import { toastError } from "@/app/ErrorWords";
import { useMe } from "@/app/session";
import { isMerge, linksOf, mayBeSaid, mayUnsay, type Link } from "@/resources/request/links";
import { StatusMark } from "@/resources/request/marks";
import { briefOptions, requestOptions, unlink } from "@/resources/request/queries";
import { Button, buttonClass } from "@/ui/Button";

const LinkDialog = lazy(() => withMore(import("./LinkDialog")));

export function Links({ record }: { record: RequestRecord }) {
  const { t } = useTranslation();
  const { role } = useMe();
  /** The request as it was when the dialog was opened. */
  const [linked, setLinked] = useState<RequestRecord | null>(null);
  const links = linksOf(record);
  return (
    <>
      {links.length > 0 && (
        <section className="mt-4 border-t pt-3">
          <h3 className="text-xs font-semibold text-muted">{t("link.title")}</h3>
          <ul aria-label={t("link.title")} className="mt-2 flex flex-col gap-2.5">{links.map((link) => <Linked key={link.other} record={record} link={link} mayUnsay={mayUnsay(link, role)} />)}</ul>
        </section>
      )}
      {mayBeSaid(record, role).length > 0 && <Button kind="quiet" className="mt-2 -ml-2 px-2!" onClick={() => setLinked(record)}><Link2 aria-hidden className="size-4" />{t("link.make")}</Button>}
      {manages(role) && <To to="/new" search={{ split: record.id }} className={`${buttonClass("quiet")} -ml-2 px-2!`}><Split aria-hidden className="size-4" />{t("link.split")}</To>}
      {linked && <Suspense><LinkDialog seen={linked} record={record} onClose={() => setLinked(null)} /></Suspense>}
    </>
  );
}

function Linked({ record, link, mayUnsay }: { record: RequestRecord; link: Link; mayUnsay: boolean }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { data } = useQuery(briefOptions(link.other));
  const other = link.number ?? t("request.new_number");
  const unlinking = useMutation({
    mutationFn: () => unlink(record, link, data?.version),
    onSuccess: () => Promise.all([record.id, link.other].map((one) => client.invalidateQueries({ queryKey: requestOptions(one).queryKey }))),
    onError: (error) => {
      toastError(error);
      void client.invalidateQueries({ queryKey: requestOptions(record.id).queryKey });
    },
    // What happens at the other end comes right after.
    onSettled: () => setTimeout(() => void client.invalidateQueries({ queryKey: briefOptions(link.other).queryKey }), 1_000),
  });
  return (
    <li data-link={link.kind} className="flex items-start gap-2 text-sm">
      <div className="min-w-0 flex-1">
        <span className="text-muted">{t(`link.${link.kind}`)}</span>
        <To to="/requests/$id" params={{ id: link.other }} className="block font-semibold hover:underline"><span className="tabular-nums">{other}</span> <span dir="auto" className="words">{data?.title ?? link.title}</span></To>
        {data && <StatusMark status={data.status} />}
      </div>
      {mayUnsay && (
        <Button kind="quiet" className="shrink-0 px-2!" busy={unlinking.isPending} aria-label={t(isMerge(link.kind) ? "link.undo_merge" : "link.remove", { other })} title={t(isMerge(link.kind) ? "link.undo_merge" : "link.remove", { other })} onClick={() => unlinking.mutate()}>
          <X aria-hidden className="size-4" />
        </Button>
      )}
    </li>
  );
}
