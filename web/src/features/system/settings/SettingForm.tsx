// Changes one setting in its place. Whoever was slower is told what it is now, and keeps what they have put in.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "@/i18n";
import { ApiError, isCode } from "@/api/problem";
import { ErrorWords, useFieldWords } from "@/app/ErrorWords";
import { Button } from "@/ui/Button";
import { submitOnCtrlEnter } from "@/ui/Dialog";
import { Field } from "@/ui/Field";
import { isolated } from "@/ui/isolated";
import { toast } from "@/ui/toast";
import { changeSetting, isSameValue, showNow, type Setting, type SettingValue } from "./queries";
import { SettingInput } from "./SettingInput";
import { useSettingWords } from "./words";

export function SettingForm({ setting, name, onDone }: { setting: Setting; name: string; onDone: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { say, bounds } = useSettingWords();
  const fieldWords = useFieldWords();
  const [text, setText] = useState(String(setting.value));
  const changing = useMutation({
    mutationFn: (value: SettingValue | null) => changeSetting(setting, value),
    onSuccess: () => {
      toast("done", t("settings.changed"));
      onDone();
    },
    onSettled: (outcome, error) => showNow(client, outcome, error),
  });
  const { error } = changing;
  const wrong = error instanceof ApiError ? error.field("value") : undefined;
  const { form } = setting;
  const wish = (): SettingValue => {
    if (form.type === "switch") return text === "true";
    // What is no number is told so by the server, in its place.
    return form.type === "number" && /^\d+$/.test(text.trim()) ? Number(text) : text;
  };
  return (
    <form
      noValidate
      onKeyDown={(event) => (event.key === "Escape" ? onDone() : submitOnCtrlEnter(event))}
      onSubmit={(event) => { event.preventDefault(); changing.mutate(wish()); }}
      className="flex flex-1 basis-64 flex-col gap-3"
    >
      <Field label={t("settings.new_value", { name })} hint={bounds(setting)} error={wrong && (form.type === "number" ? bounds(setting) : fieldWords(wrong))}>
        {(props) => <SettingInput {...props} form={form} value={text} onChange={setText} />}
      </Field>
      {isCode(error, "stale") && (
        <p role="alert" className="words text-sm text-warn">
          {t("settings.meanwhile", { name: isolated(setting.changed_by?.name ?? ""), value: isolated(say(setting, setting.value)) })}
        </p>
      )}
      {error && !wrong && !isCode(error, "stale") && <ErrorWords error={error} />}
      <div className="flex flex-wrap justify-end gap-2">
        {setting.default !== null && !isSameValue(setting.default, setting.value) && (
          <Button kind="quiet" className="mr-auto" busy={changing.isPending} onClick={() => changing.mutate(null)}>{t("settings.reset", { value: say(setting, setting.default) })}</Button>
        )}
        <Button onClick={onDone}>{t("common.back")}</Button>
        <Button type="submit" kind="primary" busy={changing.isPending} disabled={text === String(setting.value)}>{t("common.save")}</Button>
      </div>
    </form>
  );
}
