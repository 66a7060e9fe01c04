// Another password, by whoever knows the one of now. Every other session ends with it, and the answer says how many did.
import { valibotResolver } from "@hookform/resolvers/valibot";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { useTranslation } from "@/i18n";
import * as v from "valibot";
import { api, dataOf } from "@/api/client";
import { ApiError } from "@/api/problem";
import { ErrorWords, useFieldWords } from "@/app/ErrorWords";
import { useMe } from "@/app/session";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Field } from "@/ui/Field";
import { toast } from "@/ui/toast";

const LEAST_CHARS = 8;
const Entered = v.object({
  old_password: v.pipe(v.string(), v.minLength(1, "common.required")),
  new_password: v.pipe(v.string(), v.minLength(1, "common.required"), v.check((text) => [...text].length >= LEAST_CHARS, "problem.too_short")),
});
type Entered = v.InferOutput<typeof Entered>;

export function PasswordDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const say = useFieldWords();
  const me = useMe();
  const client = useQueryClient();
  const form = useForm({ resolver: valibotResolver(Entered), defaultValues: { old_password: "", new_password: "" } });
  const changing = useMutation({
    mutationFn: (body: Entered) => dataOf(api.POST("/api/me/password", { body })),
    onSuccess: ({ ended_sessions }) => {
      toast("done", ended_sessions > 0 ? t("password.changed_ended", { count: ended_sessions }) : t("password.changed"));
      onClose();
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["me", "sessions"] }),
  });
  const error = (name: keyof Entered) => {
    const message = form.formState.errors[name]?.message;
    return message ? t(message) : changing.error instanceof ApiError ? say(changing.error.field(name)) : undefined;
  };
  const isOfField = changing.error instanceof ApiError && (changing.error.problem.errors?.length ?? 0) > 0;
  return (
    <Dialog title={t("password.title")} onClose={onClose} hasWords={form.formState.isDirty}>
      <form noValidate className="flex flex-col gap-4" onSubmit={form.handleSubmit((values) => changing.mutate(values))}>
        <input type="hidden" autoComplete="username" value={me.email ?? me.username ?? ""} readOnly />
        <Field label={t("password.old")} error={error("old_password")}>
          {(props) => <input {...props} {...form.register("old_password")} className="field" type="password" autoComplete="current-password" autoFocus />}
        </Field>
        <Field label={t("password.new")} hint={t("setup.password_hint")} error={error("new_password")}>
          {(props) => <input {...props} {...form.register("new_password")} className="field" type="password" autoComplete="new-password" />}
        </Field>
        <p className="text-sm text-muted">{t("password.hint")}</p>
        {changing.error && !isOfField && <ErrorWords error={changing.error} />}
        <div className="mt-2 flex justify-end gap-3">
          <Button onClick={onClose}>{t("common.back")}</Button>
          <Button type="submit" kind="primary" busy={changing.isPending}>{t("password.submit")}</Button>
        </div>
      </form>
    </Dialog>
  );
}
