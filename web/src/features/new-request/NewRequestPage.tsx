// The smallest form that works. What is typed is kept as a draft; without a network it is kept and sent later.
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useForm, type FieldErrors, type Resolver } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { manages, type RequestRecord } from "@/api/types";
import { ApiError, isCode } from "@/api/problem";
import { ErrorWords } from "@/app/ErrorWords";
import { useMe } from "@/app/session";
import { onSent, send } from "@/offline/queue";
import { blankDraft, dropDraft, keepDraft, readDraft, sealed, type Begun, type Draft } from "@/resources/request/draft";
import { FIELD_NAMES, bodyOf, fieldOf, wrongWith, type FieldName } from "@/resources/request/fields";
import { FieldInput } from "@/resources/request/inputs";
import { usersOptions } from "@/resources/user/queries";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { Select } from "@/ui/Select";
import { toast } from "@/ui/toast";

const resolver: Resolver<Begun> = (values) => {
  const wrong = FIELD_NAMES.map((name) => [name, { type: "rule", message: wrongWith(name, values[name]) }] as const).filter(([, { message }]) => message !== undefined);
  return wrong.length === 0 ? { values, errors: {} } : { values: {}, errors: Object.fromEntries(wrong) as FieldErrors<Begun> };
};

/** The draft of this person, and the way to change it: what is kept on the device is always what is here. */
function useDraft(user: string) {
  const draft = useRef<Draft>(null);
  draft.current ??= readDraft(user);
  const change = (changed: Partial<Draft>) => keepDraft(user, (draft.current = { ...draft.current!, ...changed }));
  return { draft: draft as { current: Draft }, change };
}

export function NewRequestPage() {
  const { t } = useTranslation();
  const me = useMe();
  const navigate = useNavigate();
  const users = useQuery({ ...usersOptions(), enabled: manages(me.role) });
  const { draft, change } = useDraft(me.id);
  const form = useForm<Begun>({ resolver, defaultValues: draft.current.values });
  useEffect(() => form.subscribe({ formState: { values: true }, callback: ({ values }) => change({ values }) }), [form]);
  // The draft was on its way when the page was reloaded, and has arrived since.
  useEffect(() => onSent(({ key }) => {
    if (key !== draft.current.key) return;
    draft.current = blankDraft();
    form.reset(draft.current.values);
    toast("done", t("new.sent"));
  }), [form, draft, t]);

  const sending = useMutation({
    mutationFn: ({ requester_id, ...report }: Begun) => {
      const body = { ...bodyOf(report), ...(requester_id !== "" && { requester_id }) };
      // Pressed twice, repeated after a lost answer or after a reload, it is the same request.
      change(sealed(draft.current, body));
      return send({ key: draft.current.key, user: me.id, kind: "create", what: body.title, path: "/api/requests", body });
    },
    onSuccess: async (outcome) => {
      dropDraft(me.id, draft.current.key);
      if (outcome === "queued") {
        toast("done", t("new.queued"));
        await navigate({ to: "/requests" });
      } else {
        toast("done", t("new.sent"));
        await navigate({ to: "/requests/$id", params: { id: (outcome.answer as RequestRecord).id } });
      }
    },
    // A refused body is corrected and becomes another one. Whoever was signed out has it waiting in the queue.
    onError: (error) => !isCode(error, "unauthenticated") && change({ key: crypto.randomUUID(), sent: undefined }),
  });
  const error = (name: FieldName) => {
    const field = fieldOf(name);
    const message = form.formState.errors[name]?.message;
    if (message) return t(message, { count: field.kind === "text" ? field.max : 0 });
    return sending.error instanceof ApiError ? sending.error.field(name)?.detail : undefined;
  };

  return (
    <div className="mx-auto max-w-xl">
      <h1 className="mb-5">{t("new.title")}</h1>
      <form noValidate className="flex flex-col gap-5" onSubmit={form.handleSubmit((values) => sending.mutate(values))}>
        {FIELD_NAMES.map((name) => <FieldInput key={name} name={name} isNew error={error(name)} input={form.register(name)} />)}
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
