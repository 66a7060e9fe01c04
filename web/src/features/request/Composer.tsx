import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Globe, Lock } from "lucide-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { LIMITS, isTooLong } from "@/api/limits";
import { seesInternal, type TimelineEvent, type Visibility } from "@/api/types";
import { VISIBILITY } from "@/api/words";
import { ErrorWords } from "@/app/ErrorWords";
import { useMe } from "@/app/session";
import { send, useQueue } from "@/offline/queue";
import { addEvent } from "@/resources/request/live";
import { requestOptions } from "@/resources/request/queries";
import { Button } from "@/ui/Button";

/** A comment: shown at once, sent with a key of its own, kept when there is no network. */
export function Composer({ id }: { id: string }) {
  const { t } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const field = useId();
  const [body, setBody] = useState("");
  const [visibility, setVisibility] = useState<Visibility>("public");
  const sending = useMutation({
    mutationFn: (comment: { key: string; body: string; visibility: Visibility }) => {
      const { key, ...words } = comment;
      return send({ key, user: me.id, kind: "comment", what: words.body, path: `/api/requests/${id}/comments`, body: words });
    },
    onSuccess: (outcome) => {
      if (outcome === "queued") return;
      const event = outcome.answer as TimelineEvent;
      client.setQueryData(requestOptions(id).queryKey, (view) => view && { ...view, events: addEvent(view.events, event) });
    },
    // Nothing that was written is lost.
    onError: (_error, comment) => setBody((now) => now || comment.body),
  });
  // After a while it is among those that wait, at the end of the timeline.
  const isListed = useQueue(me.id).some(({ key }) => key === sending.variables?.key);
  const isLong = isTooLong(body, LIMITS.comment);
  const isInternal = visibility === "internal";
  const submit = () => {
    if (body.trim() === "" || isLong) return;
    sending.mutate({ key: crypto.randomUUID(), body: body.trim(), visibility });
    setBody("");
  };
  return (
    <form className="ml-11" onSubmit={(event) => { event.preventDefault(); submit(); }}>
      {sending.isPending && !isListed && <p className="words mb-3 rounded-xl border bg-surface p-3 whitespace-pre-wrap opacity-60">{sending.variables.body}<span className="block text-xs text-muted">{t("request.sending")}</span></p>}
      {sending.error && <div className="mb-3"><ErrorWords error={sending.error} /></div>}
      {isLong && <p id={`${field}-error`} role="alert" className="mb-2 text-sm text-danger">{t("common.too_long", { count: LIMITS.comment })}</p>}
      <div className={`rounded-xl border p-2 focus-within:border-accent ${isInternal ? "border-dashed border-warn bg-warn-soft" : "border-edge bg-surface"}`}>
        <label htmlFor={field} className="sr-only">{t(isInternal ? "request.comment_internal" : "request.comment")}</label>
        <textarea
          id={field}
          value={body}
          rows={2}
          aria-invalid={isLong}
          aria-describedby={isLong ? `${field}-error` : undefined}
          placeholder={t(isInternal ? "request.comment_internal" : "request.comment")}
          onChange={({ target }) => setBody(target.value)}
          onKeyDown={(event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && submit()}
          className="block field-sizing-content min-h-16 w-full resize-none bg-transparent px-2 py-1 outline-none placeholder:text-muted"
        />
        <div className="flex flex-wrap items-center justify-between gap-2">
          {seesInternal(me.role) ? (
            <div role="radiogroup" aria-label={t("list.who")} className="flex rounded-lg bg-sunken p-0.5">
              {VISIBILITY.map((option) => (
                <label key={option} title={option === "internal" ? t("request.internal_hint") : undefined} className="flex min-h-9 cursor-pointer items-center gap-1.5 rounded-md px-3 text-sm font-semibold text-muted has-checked:bg-surface has-checked:text-ink has-focus-visible:outline-2 has-focus-visible:outline-accent">
                  <input type="radio" name={`${field}-visibility`} checked={visibility === option} onChange={() => setVisibility(option)} className="sr-only" />
                  {option === "internal" ? <Lock aria-hidden className="size-3.5" /> : <Globe aria-hidden className="size-3.5" />}
                  {t(`request.${option}`)}
                </label>
              ))}
            </div>
          ) : <span />}
          <Button type="submit" kind="primary" disabled={body.trim() === ""}>{t("request.send")}</Button>
        </div>
      </div>
    </form>
  );
}
