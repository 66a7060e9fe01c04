import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Globe, Lock } from "lucide-react";
import { useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "@/i18n";
import { LIMITS, isTooLong } from "@/api/limits";
import { isCode } from "@/api/problem";
import { seesInternal, type TimelineEvent, type Visibility } from "@/api/types";
import { VISIBILITY } from "@/api/words";
import { ErrorWords } from "@/app/ErrorWords";
import { useMe } from "@/app/session";
import { useDraft } from "@/drafts/useDraft";
import { send, useQueue } from "@/offline/queue";
import { AttachSoon } from "@/resources/file/AttachSoon";
import { useAttached, type WithFiles } from "@/resources/file/useAttached";
import { addEvent } from "@/resources/request/live";
import { requestOptions } from "@/resources/request/queries";
import { Button } from "@/ui/Button";
import { useMentions } from "./useMentions";

interface Comment { body: string; visibility: Visibility }
type Files = ReturnType<typeof useAttached>["files"];

/** Words from elsewhere, as of a step that was refused, to go on with as a comment. */
export interface Handed { words: string; onTaken: () => void }

/** A comment: a draft until it is sent, shown at once, sent with a key of its own, kept when there is no network. Files go with it, or alone. */
export function Composer({ id, mayAttach, handed }: { id: string; mayAttach: boolean; handed: Handed | null }) {
  const { t } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const field = useId();
  const draft = useDraft<Comment & WithFiles>(`comment:${id}`, { body: "", visibility: "public" });
  const { body, visibility } = draft.values;
  const attached = useAttached(draft);
  const [isReleasing, setReleasing] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);
  const mentions = useMentions(id, area, body, (text) => draft.change({ body: text }));
  const sending = useMutation({
    mutationFn: ({ key, onKept, files, ...comment }: Comment & { key: string; onKept: () => void; files: Files }) => {
      const release = async () => (await attached.drafted()).release(files, { after: key }, comment.visibility);
      return send({ key, user: me.id, kind: "comment", what: comment.body, path: `/api/requests/${id}/comments`, body: comment }, onKept, files.length > 0 ? release : undefined);
    },
    onSuccess: (outcome) => {
      if (outcome === "queued") return;
      const event = outcome.answer as TimelineEvent;
      client.setQueryData(requestOptions(id).queryKey, (view) => view && { ...view, events: addEvent(view.events, event) });
    },
    // Nothing that was written is lost: it is there again, before what was begun since, and no internal word becomes public.
    // Whoever was signed out has it waiting on the device.
    onError: (error, sent) => {
      if (isCode(error, "unauthenticated")) return;
      const begun = draft.now();
      const isPublic = [sent, begun].every(({ body, visibility }) => body.trim() === "" || visibility === "public");
      draft.change({ body: [sent.body, begun.body.trim()].filter(Boolean).join("\n\n"), visibility: isPublic ? "public" : "internal" });
      sent.onKept();
      if (sent.files.length > 0) void attached.drafted().then(({ takeBack }) => takeBack(sent.key, draft.id));
    },
  });
  // After a while it is among those that wait, at the end of the timeline.
  const isListed = useQueue(me.id).some(({ key }) => key === sending.variables?.key);
  const isLong = isTooLong(body, LIMITS.comment);
  const isInternal = visibility === "internal";
  const hasWords = body.trim() !== "";
  const isEmpty = !hasWords && attached.files.length === 0;
  /** They need no comment. */
  const sendFiles = async () => {
    setReleasing(true);
    await (await attached.drafted()).release(attached.files, { request: id }, visibility);
    setReleasing(false);
    draft.drop();
  };
  const submit = () => {
    if (isEmpty || isLong || attached.isComing || isReleasing) return;
    if (!hasWords) return void sendFiles();
    const comment = { body: body.trim(), visibility };
    sending.mutate({ ...draft.handOver(comment), ...comment, files: attached.files });
  };
  useEffect(() => {
    if (!handed) return;
    draft.change({ body: [body.trim(), handed.words].filter(Boolean).join("\n\n") });
    handed.onTaken();
    document.getElementById(field)?.focus();
  }, [handed]);
  return (
    <form data-writing className="ml-11 rounded-xl data-dropping:outline-2 data-dropping:outline-accent data-dropping:outline-dashed max-sm:ml-0" onSubmit={(event) => { event.preventDefault(); submit(); }}>
      {sending.isPending && !isListed && <p dir="auto" className="words mb-3 rounded-xl border bg-surface p-3 whitespace-pre-wrap opacity-60">{sending.variables.body}<span className="block text-xs text-muted">{t("request.sending")}</span></p>}
      {sending.error && !isCode(sending.error, "unauthenticated") && <div className="mb-3"><ErrorWords error={sending.error} /></div>}
      {isLong && <p id={`${field}-error`} role="alert" className="mb-2 text-sm text-danger">{t("common.too_long", { count: LIMITS.comment })}</p>}
      <div className={`relative rounded-xl border p-2 focus-within:border-accent ${isInternal ? "border-dashed border-warn bg-warn-soft" : "border-edge bg-surface"}`}>
        <label htmlFor={field} className="sr-only">{t(isInternal ? "request.comment_internal" : "request.comment")}</label>
        {mentions.list}
        <textarea
          {...mentions.field}
          ref={area}
          id={field}
          data-composer
          dir="auto"
          value={body}
          rows={2}
          aria-invalid={isLong}
          aria-describedby={isLong ? `${field}-error` : undefined}
          placeholder={t(isInternal ? "request.comment_internal" : "request.comment")}
          onChange={({ target }) => draft.change({ body: target.value })}
          onKeyDown={(event) => !mentions.onKeyDown(event) && event.key === "Enter" && (event.ctrlKey || event.metaKey) && submit()}
          className="block field-sizing-content max-h-[50dvh] min-h-16 w-full resize-none overflow-y-auto bg-transparent px-2 py-1 outline-none placeholder:text-muted"
        />
        {mayAttach && <AttachSoon draft={draft} isOfWork {...attached.props} />}
        <div className="flex flex-wrap items-center justify-between gap-2">
          {seesInternal(me.role) ? (
            <div role="radiogroup" aria-label={t("request.who_reads")} className="flex rounded-lg bg-sunken p-0.5">
              {VISIBILITY.map((option) => (
                <label key={option} title={option === "internal" ? t("request.internal_hint") : undefined} className="flex min-h-9 cursor-pointer items-center gap-1.5 rounded-md px-3 text-sm font-semibold text-muted has-checked:bg-surface has-checked:text-ink has-focus-visible:outline-2 has-focus-visible:outline-accent">
                  <input type="radio" name={`${field}-visibility`} checked={visibility === option} onChange={() => draft.change({ visibility: option })} className="sr-only" />
                  {option === "internal" ? <Lock aria-hidden className="size-3.5" /> : <Globe aria-hidden className="size-3.5" />}
                  {t(`request.${option}`)}
                </label>
              ))}
            </div>
          ) : <span />}
          <Button type="submit" kind="primary" disabled={isEmpty} busy={attached.isComing || isReleasing}>{t("request.send")}</Button>
        </div>
      </div>
    </form>
  );
}
