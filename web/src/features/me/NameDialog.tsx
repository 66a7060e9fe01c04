import { valibotResolver } from "@hookform/resolvers/valibot";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useForm } from "react-hook-form";
import { useTranslation } from "@/i18n";
import * as v from "valibot";
import { LIMITS, isTooLong } from "@/api/limits";
import { ApiError } from "@/api/problem";
import { ErrorWords, useFieldWords } from "@/app/ErrorWords";
import { rename } from "@/app/session";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Field } from "@/ui/Field";
import { toast } from "@/ui/toast";

const Name = v.object({
  name: v.pipe(v.string(), v.trim(), v.minLength(1, "common.required"), v.check((text) => !isTooLong(text, LIMITS.name), "common.too_long")),
});

export function NameDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const { t } = useTranslation();
  const say = useFieldWords();
  const client = useQueryClient();
  const router = useRouter();
  const form = useForm({ resolver: valibotResolver(Name), defaultValues: { name } });
  const saving = useMutation({
    mutationFn: ({ name }: { name: string }) => rename(client, name),
    onSuccess: async () => {
      toast("done", t("me.renamed"));
      onClose();
      // The profile that the pages know is the router's.
      await router.invalidate();
    },
  });
  const message = form.formState.errors.name?.message;
  const refused = saving.error instanceof ApiError ? say(saving.error.field("name")) : undefined;
  return (
    <Dialog title={t("me.rename")} onClose={onClose}>
      <form noValidate className="flex flex-col gap-4" onSubmit={form.handleSubmit((values) => saving.mutate(values))}>
        <Field label={t("me.name")} hint={t("me.name_hint")} error={message ? t(message, { count: LIMITS.name }) : refused}>
          {(props) => <input {...props} {...form.register("name")} className="field" autoFocus autoComplete="name" />}
        </Field>
        {saving.error && <ErrorWords error={saving.error} />}
        <div className="mt-2 flex justify-end gap-3">
          <Button onClick={onClose}>{t("common.back")}</Button>
          <Button type="submit" kind="primary" busy={saving.isPending}>{t("common.save")}</Button>
        </div>
      </form>
    </Dialog>
  );
}
