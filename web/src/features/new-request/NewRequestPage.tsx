// The smallest form that works. What is typed is kept as a draft; without a network it is kept and sent later.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Fragment, lazy, Suspense, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useForm, useWatch, type FieldErrors, type Resolver } from "react-hook-form";
import { useTranslation, withMore } from "@/i18n";
import { manages, type RequestRecord } from "@/api/types";
import { ApiError, isCode } from "@/api/problem";
import { ErrorWords, toastError, useFieldWords } from "@/app/ErrorWords";
import { useMe } from "@/app/session";
import { useDraft } from "@/drafts/useDraft";
import { onSent, send } from "@/offline/queue";
import { useProposal } from "@/resources/categories/proposal";
import { AttachSoon } from "@/resources/file/AttachSoon";
import { useAttached, type WithFiles } from "@/resources/file/useAttached";
import { FIELD_NAMES, blankReport, bodyOf, fieldOf, isAsked, nounOf, reportFrom, reportOf, wrongWith, type FieldName, type Report } from "@/resources/request/fields";
import { FieldInput, controlled } from "@/resources/request/inputs";
import { link, requestOptions } from "@/resources/request/queries";
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

const NAMED = FIELD_NAMES.filter((name) => fieldOf(name).kind === "named");
/** The fields whose inputs are no inputs of the form. */
const PUT = FIELD_NAMES.filter((name) => ["named", "moment"].includes(fieldOf(name).kind));

const ScanHere = lazy(() => withMore(import("./ScanHere")));

const SameThing = lazy(() => withMore(import("@/resources/asset/SameThing")));

const BLANK: Begun = { ...blankReport(), requester_id: "" };

/** A draft that was kept, perhaps by another release: what makes no sense is as in a blank one. */
const begunFrom = (kept: Record<string, unknown>): Begun => ({ ...reportFrom(kept), requester_id: typeof kept.requester_id === "string" ? kept.requester_id : "" });

/** What a report is about, where that is known before it is written. */
interface About { location?: string; asset?: string }

/** The fields that say so: all of them, since a thing is in one place. */
const aboutOf = (about: About): Partial<Report> => (about.asset || about.location ? Object.fromEntries(NAMED.map((field) => [field, about[nounOf(field) as keyof About] ?? ""])) : {});

/** What a part of a request has of it, and for whom it is. */
function partOf(record: RequestRecord, me: string): Partial<Begun> {
  const report = reportOf(record);
  const same = FIELD_NAMES.filter((name) => ["choice", "named"].includes(fieldOf(name).kind)).map((name) => [name, report[name]]);
  return { ...Object.fromEntries(same), requester_id: record.requester.id === me ? "" : record.requester.id };
}

export function NewRequestPage() {
  const { t } = useTranslation();
  const say = useFieldWords();
  const me = useMe();
  const navigate = useNavigate();
  const users = useQuery({ ...usersOptions(), enabled: manages(me.role) });
  const search = useSearch({ from: "/app/new" });
  // What a label says it is about is no word of anybody: alone, it is no draft.
  const client = useQueryClient();
  const whole = search.split === undefined ? undefined : client.getQueryData(requestOptions(search.split).queryKey)?.record;
  const [blank] = useState((): Begun => ({ ...BLANK, ...aboutOf(search), ...(whole && partOf(whole, me.id)) }));
  const isLed = useRef(Object.keys(search).length > 0);
  const draft = useDraft<Begun & WithFiles>("new", blank);
  const attached = useAttached(draft);
  const form = useForm<Begun>({ resolver, defaultValues: blank });
  const proposal = useProposal(form);
  const given = useWatch({ control: form.control, name: PUT });
  const has = (name: FieldName) => given[PUT.indexOf(name)];
  const inputOf = (name: FieldName) => {
    if (!PUT.includes(name)) return form.register(name, proposal(name));
    return controlled(name, has(name), () => undefined, (changed) => Object.entries(changed).forEach(([other, value]) => form.setValue(other as FieldName, value, { shouldDirty: true })));
  };
  const lead = (things: About) => Object.entries(aboutOf(things)).forEach(([field, id]) => form.setValue(field as FieldName, id, { shouldDirty: true }));
  useEffect(() => form.subscribe({ formState: { values: true }, callback: ({ values }) => draft.change(values) }), [form]);
  // After the paint: the focus costs a layout of the page.
  useEffect(() => {
    const timer = setTimeout(() => form.setFocus(FIELD_NAMES[0]!));
    return () => clearTimeout(timer);
  }, [form]);
  // What was begun before is taken up; a draft that was on its way when the page was reloaded is gone once it has arrived.
  useLayoutEffect(() => {
    if (draft.taken > 0) form.reset(begunFrom(draft.values as unknown as Record<string, unknown>), { keepDefaultValues: true });
    // A draft of before comes once at most, and keeps its words.
    if (draft.taken > 0 && isLed.current) lead(search);
    if (draft.taken > 0) isLed.current = false;
  }, [form, draft.taken]);
  useEffect(() => onSent(({ kind, key }) => {
    if (kind !== "create" || !draft.isSealedAs(key)) return;
    draft.drop();
    toast("done", t("new.sent"));
  }), [draft, t]);

  const sending = useMutation({
    mutationFn: async ({ requester_id, ...report }: Begun) => {
      const body = { ...bodyOf(report), ...(requester_id !== "" && { requester_id }) };
      // Pressed twice, repeated after a lost answer or after a reload, it is the same request.
      const [key, { files }] = [draft.seal(body), attached];
      const release = async () => (await attached.drafted()).release(files, { after: key });
      try {
        return await send({ key, user: me.id, kind: "create", what: body.title, path: "/api/requests", body }, undefined, files.length > 0 ? release : undefined);
      } catch (error) {
        if (files.length > 0 && !isCode(error, "unauthenticated")) await (await attached.drafted()).takeBack(key, draft.id);
        throw error;
      }
    },
    onSuccess: async (outcome) => {
      draft.drop();
      if (outcome === "queued") {
        toast("done", t("new.queued"));
        await navigate({ to: "/requests" });
      } else {
        const { id } = outcome.answer as RequestRecord;
        if (search.split !== undefined) await link({ id }, "split_from", search.split, id).catch(toastError);
        toast("done", t("new.sent"));
        await navigate({ to: "/requests/$id", params: { id } });
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

  const throwAway = () => {
    if (attached.files.length > 0) void attached.drafted().then(({ unchoose }) => unchoose(attached.files));
    draft.drop();
  };

  return (
    <div className="mx-auto max-w-xl">
      <div className="mb-5 flex min-h-11 flex-wrap items-center justify-between gap-x-3 sm:min-h-9"><h1>{t("new.title")}</h1><Suspense><ScanHere onThing={lead} /></Suspense></div>
      <form noValidate onKeyDown={submitOnCtrlEnter} className="flex flex-col gap-5 rounded-xl data-dropping:outline-2 data-dropping:outline-offset-8 data-dropping:outline-accent data-dropping:outline-dashed" onSubmit={form.handleSubmit((values) => attached.isComing || sending.mutate(values))}>
        {FIELD_NAMES.filter((name) => isAsked(name, has, true)).map((name) => (
          <Fragment key={name}>
            <FieldInput name={name} isNew error={error(name)} known={draft.taken > 0 && draft.values[name] ? [draft.values[name]] : []} input={inputOf(name)} />
            {name === NAMED.at(-1) && NAMED.some(has) && <Suspense><SameThing about={Object.fromEntries(NAMED.map((one) => [nounOf(one), has(one)]))} onSame={draft.drop} /></Suspense>}
          </Fragment>
        ))}
        <div role="group" aria-label={t("request.files")}>
          <p aria-hidden className="mb-1.5 text-sm font-semibold">{t("request.files")} ({t("new.optional")})</p>
          <AttachSoon draft={draft} {...attached.props} />
        </div>
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
          {draft.hasWords && <><Button kind="quiet" onClick={throwAway}>{t("draft.discard")}</Button><span className="text-sm text-muted">{t("new.draft")}</span></>}
          <Button type="submit" kind="primary" busy={sending.isPending || attached.isComing} className="min-w-32">{sending.isPending ? t("request.sending") : t("new.submit")}</Button>
        </div>
      </form>
    </div>
  );
}
