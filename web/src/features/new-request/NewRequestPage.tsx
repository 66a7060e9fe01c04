// The smallest form that works. What is typed is kept as a draft; without a network it is kept and sent later.
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useLayoutEffect } from "react";
import { useForm, type FieldErrors, type Resolver } from "react-hook-form";
import { useTranslation } from "@/i18n";
import { manages, type RequestRecord } from "@/api/types";
import { ApiError, isCode } from "@/api/problem";
import { ErrorWords, useFieldWords } from "@/app/ErrorWords";
import { useMe } from "@/app/session";
import { useDraft } from "@/drafts/useDraft";
import { onSent, send } from "@/offline/queue";
import { useProposal } from "@/resources/categories/proposal";
import { FIELD_NAMES, blankReport, bodyOf, fieldOf, reportFrom, wrongWith, type FieldName, type Report } from "@/resources/request/fields";
import { FieldInput } from "@/resources/request/inputs";
import { usersOptions } from "@/resources/user/queries";
import { Button } from "@/ui/Button";
import { submitOnCtrlEnter } from "@/ui/Dialog";
import { Field } from "@/ui/Field";
import { Select } from "@/ui/Select";
import { toast } from "@/ui/toast";

const resolver: Resolver<Begun> = (values) => {
  const wrong = FIELD_NAMES.map((name) => [name, { type: "rule", message: wrongWith(name, values[name]) }] as const).filter(([, { message }]) => message !== undefined);
  return wrong.length === 0 ? { values, errors: {} } : { values: {}, errors: Object.fromEntries(wrong) as FieldErrors<Begun> };
};

/** A report, and for whom it is: empty for oneself. */
type Begun = Report & { requester_id: string };

const BLANK: Begun = { ...blankReport(), requester_id: "" };

/** A draft that was kept, perhaps by another release: what makes no sense is as in a blank one. */
const begunFrom = (kept: Record<string, unknown>): Begun => ({ ...reportFrom(kept), requester_id: typeof kept.requester_id === "string" ? kept.requester_id : "" });

export function NewRequestPage() {
  const { t } = useTranslation();
  const say = useFieldWords();
  const me = useMe();
  const navigate = useNavigate();
  const users = useQuery({ ...usersOptions(), enabled: manages(me.role) });
  const draft = useDraft<Begun>("new", BLANK);
  const form = useForm<Begun>({ resolver, defaultValues: BLANK });
  const proposal = useProposal(form);
  useEffect(() => form.subscribe({ formState: { values: true }, callback: ({ values }) => draft.change(values) }), [form]);
  // After the paint: the focus costs a layout of the page.
  useEffect(() => {
    const timer = setTimeout(() => form.setFocus(FIELD_NAMES[0]!));
    return () => clearTimeout(timer);
  }, [form]);
  // What was begun before is taken up; a draft that was on its way when the page was reloaded is gone once it has arrived.
  useLayoutEffect(() => {
    if (draft.taken > 0) form.reset(begunFrom(draft.values as Record<string, unknown>), { keepDefaultValues: true });
  }, [form, draft.taken]);
  useEffect(() => onSent(({ kind, key }) => {
    if (kind !== "create" || !draft.isSealedAs(key)) return;
    draft.drop();
    toast("done", t("new.sent"));
  }), [draft, t]);

  const sending = useMutation({
    mutationFn: ({ requester_id, ...report }: Begun) => {
      const body = { ...bodyOf(report), ...(requester_id !== "" && { requester_id }) };
      // Pressed twice, repeated after a lost answer or after a reload, it is the same request.
      return send({ key: draft.seal(body), user: me.id, kind: "create", what: body.title, path: "/api/requests", body });
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
    onError: (error) => {
      // Whoever was signed out has it waiting on the device. A refused body is corrected, and becomes another one.
      if (isCode(error, "unauthenticated")) draft.drop();
      else draft.unseal();
    },
  });
  const error = (name: FieldName) => {
    const field = fieldOf(name);
    const message = form.formState.errors[name]?.message;
    if (message) return t(message, { count: field.kind === "text" ? field.max : 0 });
    return sending.error instanceof ApiError ? say(sending.error.field(name)) : undefined;
  };

  return (
    <div className="mx-auto max-w-xl">
      <h1 className="mb-5">{t("new.title")}</h1>
      <form noValidate onKeyDown={submitOnCtrlEnter} className="flex flex-col gap-5" onSubmit={form.handleSubmit((values) => sending.mutate(values))}>
        {FIELD_NAMES.map((name) => <FieldInput key={name} name={name} isNew error={error(name)} known={draft.taken > 0 && draft.values[name] ? [draft.values[name]] : []} input={form.register(name, proposal(name))} />)}
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
        <div className="flex flex-wrap items-center justify-end gap-4">
          {draft.hasWords && <><Button kind="quiet" onClick={draft.drop}>{t("draft.discard")}</Button><span className="text-sm text-muted">{t("new.draft")}</span></>}
          <Button type="submit" kind="primary" busy={sending.isPending} className="min-w-32">{sending.isPending ? t("request.sending") : t("new.submit")}</Button>
        </div>
      </form>
    </div>
  );
}
