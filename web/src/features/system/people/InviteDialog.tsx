import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { LANGUAGES, type Language, useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import type { Role, Schema } from "@/api/types";
import { ErrorWords } from "@/app/ErrorWords";
import { useOffered } from "@/app/organisation";
import { HandedLink } from "@/resources/user/HandedLink";
import { linkOf } from "@/resources/user/login";
import { Button } from "@/ui/Button";
import { Dialog, submitOnCtrlEnter } from "@/ui/Dialog";
import { Field } from "@/ui/Field";
import { Select } from "@/ui/Select";
import { MailedWords } from "../MailedWords";
import { mailQuery } from "../queries";
import { RoleField } from "./RoleField";
import { UsernameForm } from "./UsernameForm";

type Mailed = Schema<"Mailed">;
interface Outcome { email: string; link?: string; mailed?: Mailed; error?: unknown }

/** Addresses as people paste them: a line each, or with commas, semicolons or spaces between them. */
const addresses = (text: string) => [...new Set(text.split(/[\s,;]+/).map((part) => part.replace(/^<|>$/g, "").toLowerCase()).filter(Boolean))];

/** People with an address, one or many; or somebody without one. */
export function InviteDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [hasAddress, setHasAddress] = useState(true);
  const [hasWords, setHasWords] = useState(false);
  const way = (is: boolean, words: string) => (
    <label className="flex min-h-11 cursor-pointer items-center rounded-lg border border-edge px-4 text-sm font-semibold has-checked:border-accent has-checked:bg-accent-soft has-checked:text-accent-text has-focus-visible:outline-2 has-focus-visible:outline-accent">
      <input type="radio" name="way" checked={hasAddress === is} onChange={() => setHasAddress(is)} className="sr-only" />{words}
    </label>
  );
  return (
    <Dialog title={t("people.invite")} onClose={onClose} hasWords={hasWords}>
      <fieldset className="mb-4 flex flex-wrap gap-2">
        <legend className="sr-only">{t("people.invite")}</legend>
        {way(true, t("people.by_email"))}
        {way(false, t("people.by_username"))}
      </fieldset>
      {hasAddress ? <AddressForm onClose={onClose} onWords={setHasWords} /> : <UsernameForm onClose={onClose} onWords={setHasWords} />}
    </Dialog>
  );
}

function AddressForm({ onClose, onWords }: { onClose: () => void; onWords: (has: boolean) => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [text, setText] = useState("");
  const [role, setRole] = useState<Role>("technician");
  const offered = useOffered();
  const [chosen, setChosen] = useState<Language>();
  const language = chosen ?? offered[0];
  const isMailOn = useQuery(mailQuery).data?.status === "on";
  const [outcomes, setOutcomes] = useState<Outcome[]>([]);
  const inviting = useMutation({
    mutationFn: async () => {
      // One after the other: what has been done is shown, whatever becomes of the rest.
      for (const email of addresses(text)) {
        const outcome = await dataOf(api.POST("/api/users", { body: { email, role, language } })).then(({ token, user }): Outcome => ({ email, link: linkOf(token), mailed: user.invitation?.mailed ?? undefined }), (error: unknown): Outcome => ({ email, error }));
        setOutcomes((before) => [...before, outcome]);
      }
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["people"] }),
  });
  const isDone = !inviting.isIdle;
  return isDone ? (
    <div className="flex flex-col gap-5">
      {outcomes.some(({ link }) => link) && <p className="text-sm text-muted">{t("people.links_hint")}</p>}
      <ul className="flex max-h-[60dvh] flex-col gap-5 overflow-y-auto">
        {outcomes.map(({ email, link, mailed, error }) => (
          <li key={email}>{link ? <HandedLink who={email} link={link}>{mailed && <MailedWords mailed={mailed} taken={t("people.mailed")} />}</HandedLink> : <><p className="words text-sm font-semibold">{email}</p><ErrorWords error={error} /></>}</li>
        ))}
      </ul>
      {inviting.isPending && <p role="status" className="text-sm text-muted">{t("people.inviting")}</p>}
      <div className="flex justify-end"><Button kind="primary" disabled={inviting.isPending} onClick={onClose}>{t("common.close")}</Button></div>
    </div>
  ) : (
    <form noValidate onKeyDown={submitOnCtrlEnter} className="flex flex-col gap-4" onSubmit={(event) => { event.preventDefault(); if (addresses(text).length > 0) inviting.mutate(); }}>
      <Field label={t("people.addresses")} hint={t(isMailOn ? "people.addresses_mail_hint" : "people.addresses_hint")}>
        {(props) => <textarea {...props} autoFocus rows={3} value={text} inputMode="email" autoCapitalize="none" spellCheck={false} onChange={({ target }) => { setText(target.value); onWords(target.value !== ""); }} className="field field-sizing-content max-h-[40dvh] min-h-24" />}
      </Field>
      <RoleField value={role} onChange={setRole} />
      {offered.length > 1 && (
        <Field label={t("people.language")} hint={t("people.language_hint")}>
          {(props) => <Select {...props} value={language} onChange={({ target }) => setChosen(target.value as Language)}>{offered.map((tag) => <option key={tag} value={tag} lang={tag}>{LANGUAGES[tag]}</option>)}</Select>}
        </Field>
      )}
      <div className="mt-2 flex justify-end gap-3">
        <Button onClick={onClose}>{t("common.back")}</Button>
        <Button type="submit" kind="primary" disabled={addresses(text).length === 0}>{t(isMailOn ? "people.invite_mail" : "people.invite_submit", { count: addresses(text).length })}</Button>
      </div>
    </form>
  );
}
