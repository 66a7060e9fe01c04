// The smallest form that works. What is typed is kept as a draft; without a network it is kept and sent later.
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useForm, type FieldErrors, type Resolver } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { manages, type RequestRecord } from "@/api/types";
import { ApiError } from "@/api/problem";
import { ErrorWords } from "@/app/ErrorWords";
import { useMe } from "@/app/session";
import { send } from "@/offline/queue";
import { FIELD_NAMES, blankReport, bodyOf, fieldOf, reportFrom, wrongWith, type FieldName, type Report } from "@/resources/request/fields";
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

type Begun = Report & { requester_id: string };

export function NewRequestPage() {
  const { t } = useTranslation();
  const me = useMe();
  const navigate = useNavigate();
  const users = useQuery({ ...usersOptions(), enabled: manages(me.role) });
  const draft = useDraft(me.id);
  const form = useForm<Begun>({ resolver, defaultValues: draft.read() });
  // One key for one form: pressed twice, or repeated after a lost answer, it is the same request.
  const key = useRef(crypto.randomUUID());
  useEffect(() => form.subscribe({ formState: { values: true }, callback: ({ values }) => draft.keep(values) }), [form, draft]);

  const sending = useMutation({
    mutationFn: ({ requester_id, ...report }: Begun) => {
      const body = { ...bodyOf(report), ...(requester_id !== "" && { requester_id }) };
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

function useDraft(user: string) {
  const name = `draft-${user}`;
  return useRef({
    read(): Begun {
      const kept = JSON.parse(localStorage.getItem(name) ?? "{}") as Record<string, unknown>;
      const requester_id = typeof kept.requester_id === "string" ? kept.requester_id : "";
      return { ...blankReport(), ...reportFrom(kept), requester_id };
    },
    keep: (values: Begun) => localStorage.setItem(name, JSON.stringify(values)),
    drop: () => localStorage.removeItem(name),
  }).current;
}
