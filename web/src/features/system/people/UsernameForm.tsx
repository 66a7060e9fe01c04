// Somebody without an address: a user name, and a link that their phone comes in with.
import { valibotResolver } from "@hookform/resolvers/valibot";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { useTranslation } from "@/i18n";
import * as v from "valibot";
import { api, dataOf } from "@/api/client";
import { LIMITS, isTooLong } from "@/api/limits";
import { ApiError } from "@/api/problem";
import type { Role } from "@/api/types";
import { ErrorWords, useFieldWords } from "@/app/ErrorWords";
import { HandedLink } from "@/resources/user/HandedLink";
import { linkOf, loginOf } from "@/resources/user/login";
import { Button } from "@/ui/Button";
import { submitOnCtrlEnter } from "@/ui/Dialog";
import { Field } from "@/ui/Field";
import { RoleField } from "./RoleField";

const Entered = v.object({
  name: v.pipe(v.string(), v.trim(), v.minLength(1, "common.required"), v.check((text) => !isTooLong(text, LIMITS.name), "common.too_long")),
  username: v.pipe(v.string(), v.trim(), v.minLength(1, "common.required")),
});
type Entered = v.InferOutput<typeof Entered>;

export function UsernameForm({ onClose, onWords }: { onClose: () => void; onWords: (has: boolean) => void }) {
  const { t } = useTranslation();
  const say = useFieldWords();
  const client = useQueryClient();
  const [role, setRole] = useState<Role>("technician");
  const form = useForm({ resolver: valibotResolver(Entered), defaultValues: { name: "", username: "" } });
  const inviting = useMutation({
    mutationFn: (entered: Entered) => dataOf(api.POST("/api/users", { body: { ...entered, role } })),
    onSettled: () => client.invalidateQueries({ queryKey: ["people"] }),
  });
  const error = (name: keyof Entered) => {
    const message = form.formState.errors[name]?.message;
    return message ? t(message, { count: LIMITS.name }) : inviting.error instanceof ApiError ? say(inviting.error.field(name)) : undefined;
  };
  if (inviting.data) {
    return (
      <div className="flex flex-col gap-4">
        <p className="text-sm text-muted">{t("people.username_links_hint")}</p>
        <HandedLink who={loginOf(inviting.data.user)} link={linkOf(inviting.data.token)} />
        <div className="flex justify-end"><Button kind="primary" onClick={onClose}>{t("common.close")}</Button></div>
      </div>
    );
  }
  return (
    <form noValidate onKeyDown={submitOnCtrlEnter} onChange={() => onWords(true)} className="flex flex-col gap-4" onSubmit={form.handleSubmit((values) => inviting.mutate(values))}>
      <Field label={t("people.name")} hint={t("people.name_hint")} error={error("name")}>
        {(props) => <input {...props} {...form.register("name")} className="field" autoComplete="off" autoFocus />}
      </Field>
      <Field label={t("people.username")} hint={t("people.username_hint")} error={error("username")}>
        {(props) => <input {...props} {...form.register("username")} className="field" autoComplete="off" autoCapitalize="none" spellCheck={false} />}
      </Field>
      <RoleField value={role} onChange={setRole} />
      {inviting.error && !(inviting.error instanceof ApiError && inviting.error.problem.errors?.length) && <ErrorWords error={inviting.error} />}
      <div className="mt-2 flex justify-end gap-3">
        <Button onClick={onClose}>{t("common.back")}</Button>
        <Button type="submit" kind="primary" busy={inviting.isPending}>{t("people.username_submit")}</Button>
      </div>
    </form>
  );
}
