// The smallest form that works. What is typed is kept as a draft; without a network it is kept and sent later.
import { valibotResolver } from "@hookform/resolvers/valibot";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import * as v from "valibot";
import { PRIORITIES, manages, type RequestRecord } from "@/api/types";
import { LIMITS, isTooLong } from "@/api/limits";
import { ApiError } from "@/api/problem";
import { ErrorWords } from "@/app/ErrorWords";
import { useMe } from "@/app/session";
import { send } from "@/offline/queue";
import { CATEGORIES } from "@/requests/categories";
import { usersOptions } from "@/requests/queries";
import { PriorityMark } from "@/requests/marks";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { Select } from "@/ui/Select";
import { toast } from "@/ui/toast";

const atMost = (limit: number) => v.check((text: string) => !isTooLong(text, limit), "common.too_long");

const NewRequest = v.object({
  title: v.pipe(v.string(), v.trim(), v.minLength(1, "common.required"), atMost(LIMITS.title)),
  category: v.string(),
  /** Empty for oneself. */
  requester_id: v.string(),
  priority: v.picklist(PRIORITIES),
  description: v.pipe(v.string(), v.trim(), atMost(LIMITS.description)),
});
type NewRequest = v.InferOutput<typeof NewRequest>;
const BLANK: NewRequest = { title: "", requester_id: "", category: "building", priority: "normal", description: "" };

export function NewRequestPage() {
  const { t } = useTranslation();
  const me = useMe();
  const navigate = useNavigate();
  const users = useQuery({ ...usersOptions(), enabled: manages(me.role) });
  const draft = useDraft(me.id);
  const form = useForm<NewRequest>({ resolver: valibotResolver(NewRequest), defaultValues: draft.read() });
  // One key for one form: pressed twice, or repeated after a lost answer, it is the same request.
  const key = useRef(crypto.randomUUID());
  useEffect(() => form.subscribe({ formState: { values: true }, callback: ({ values }) => draft.keep(values) }), [form, draft]);

  const sending = useMutation({
    mutationFn: ({ requester_id, ...words }: NewRequest) => {
      const body = requester_id === "" ? words : { ...words, requester_id };
      return send({ key: key.current, user: me.id, kind: "create", what: body.title, path: "/api/requests", body });
    },
    onSuccess: async (outcome) => {
      draft.drop();
      if (outcome === "queued") {
        toast("done", t("new.queued"));
        await navigate({ to: "/requests" });
      } else {
        toast("done", t("new.sent"));
        await navigate({ to: "/requests/$id", params: { id: (outcome.answer as RequestRecord).id } });
      }
    },
    // A refused body is corrected and becomes another one.
    onError: () => (key.current = crypto.randomUUID()),
  });
  const error = (name: "title" | "description") => {
    const message = form.formState.errors[name]?.message;
    return message ? t(message, { count: LIMITS[name] }) : sending.error instanceof ApiError ? sending.error.field(name)?.detail : undefined;
  };

  return (
    <div className="mx-auto max-w-xl">
      <h1 className="mb-5">{t("new.title")}</h1>
      <form noValidate className="flex flex-col gap-5" onSubmit={form.handleSubmit((values) => sending.mutate(values))}>
        <Field label={t("new.what")} hint={t("new.what_hint")} error={error("title")}>
          {(props) => <input {...props} {...form.register("title")} className="field" autoFocus autoComplete="off" />}
        </Field>
        <Field label={t("new.category")}>
          {(props) => (
            <Select {...props} {...form.register("category")}>
              {CATEGORIES.map((category) => <option key={category} value={category}>{t(`category.${category}`)}</option>)}
            </Select>
          )}
        </Field>
        <fieldset>
          <legend className="mb-1.5 text-sm font-semibold">{t("new.priority")}</legend>
          <div className="grid grid-cols-2 gap-2 sm:grid-cols-4">
            {PRIORITIES.toReversed().map((priority) => (
              <label key={priority} className="flex min-h-12 cursor-pointer items-center justify-center rounded-lg border border-edge bg-surface has-checked:border-accent has-checked:bg-accent-soft has-checked:ring-1 has-checked:ring-accent has-focus-visible:outline-2 has-focus-visible:outline-accent">
                <input type="radio" value={priority} {...form.register("priority")} className="sr-only" />
                <PriorityMark priority={priority} />
              </label>
            ))}
          </div>
        </fieldset>
        <Field label={`${t("new.description")} (${t("new.optional")})`} error={error("description")}>
          {(props) => <textarea {...props} {...form.register("description")} rows={5} className="field" />}
        </Field>
        {manages(me.role) && (
          <Field label={t("new.requester")}>
            {(props) => (
              <Select {...props} {...form.register("requester_id")}>
                <option value="">{me.name}</option>
                {users.data?.items.filter((user) => user.id !== me.id).map((user) => <option key={user.id} value={user.id}>{user.name}</option>)}
              </Select>
            )}
          </Field>
        )}
        {sending.error && <ErrorWords error={sending.error} />}
        <div className="flex items-center justify-end gap-4">
          {form.formState.isDirty && <span className="text-sm text-muted">{t("new.draft")}</span>}
          <Button type="submit" kind="primary" busy={sending.isPending} className="min-w-32">{sending.isPending ? t("request.sending") : t("new.submit")}</Button>
        </div>
      </form>
    </div>
  );
}

function useDraft(user: string) {
  const name = `draft-${user}`;
  return useRef({
    read(): NewRequest {
      const kept = v.safeParse(v.partial(v.object({ ...NewRequest.entries, title: v.string() })), JSON.parse(localStorage.getItem(name) ?? "{}"));
      return { ...BLANK, ...(kept.success ? kept.output : {}) };
    },
    keep: (values: NewRequest) => localStorage.setItem(name, JSON.stringify(values)),
    drop: () => localStorage.removeItem(name),
  }).current;
}
