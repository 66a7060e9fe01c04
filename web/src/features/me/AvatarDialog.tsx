// One's portrait: a picture, the part of it that is seen, in three sizes, made here. The original stays on the device.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ImagePlus } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "@/i18n";
import { api } from "@/api/client";
import { ErrorWords } from "@/app/ErrorWords";
import { useMe } from "@/app/session";
import { Crop, type Part } from "@/resources/file/Crop";
import { drawn } from "@/resources/file/prepare";
import { upload } from "@/resources/file/upload";
import { portraitsOptions } from "@/resources/user/portraits";
import { Portrait } from "@/resources/user/Portrait";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { toast } from "@/ui/toast";

/** The last one makes the three the portrait. */
const SIZES = [512, 192, 64];

interface Chosen { src: string; picture: ImageBitmap }

export function AvatarDialog({ hasOne, onClose }: { hasOne: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const picker = useRef<HTMLInputElement>(null);
  const part = useRef<Part>(null);
  const [chosen, setChosen] = useState<Chosen>();
  const [isUnreadable, setUnreadable] = useState(false);
  useEffect(() => () => {
    if (chosen) URL.revokeObjectURL(chosen.src);
  }, [chosen]);
  const choose = async (file: File | undefined) => {
    if (!file) return;
    try {
      const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
      setChosen({ picture, src: URL.createObjectURL(file) });
      setUnreadable(false);
    } catch {
      setUnreadable(true);
    }
  };
  const done = async (words: string) => {
    await client.invalidateQueries(portraitsOptions);
    toast("done", words);
    onClose();
  };
  const saving = useMutation({
    mutationFn: async ({ picture }: Chosen) => {
      let avatar: string | undefined;
      for (const size of SIZES) {
        const bytes = await drawn(picture, { width: size, height: size }, "image/webp", 0.85, part.current ?? undefined);
        const path = `/api/me/avatar?size=${size}${avatar === undefined ? "" : `&avatar=${avatar}`}`;
        const answer = await upload({ method: "PUT", path, bytes, headers: { "x-cepatedge": me.id, "content-type": bytes.type } });
        ({ avatar } = answer as { avatar: string });
      }
    },
    onSuccess: () => done(t("avatar.saved")),
  });
  const removing = useMutation({ mutationFn: () => api.DELETE("/api/me/avatar"), onSuccess: () => done(t("avatar.removed")) });
  const error = saving.error ?? removing.error;
  return (
    <Dialog title={t("avatar.title")} hasWords={chosen !== undefined} onClose={onClose}>
      <div className="flex flex-col items-center gap-4">
        {chosen ? <Crop key={chosen.src} {...chosen} onPart={(now) => void (part.current = now)} /> : <Portrait person={me} size={192} className="size-32 text-3xl" />}
        <input ref={picker} type="file" accept="image/*" hidden data-avatar onChange={({ target }) => { void choose(target.files?.[0]); target.value = ""; }} />
        <Button onClick={() => picker.current?.click()}><ImagePlus aria-hidden className="size-4" />{t(chosen ? "avatar.other" : "avatar.choose")}</Button>
        {isUnreadable && <p role="alert" className="text-sm text-danger">{t("avatar.unreadable")}</p>}
      </div>
      {error && <div className="mt-4"><ErrorWords error={error} /></div>}
      <div className="mt-6 flex flex-wrap justify-end gap-3">
        {hasOne && !chosen && <Button kind="danger" className="mr-auto" busy={removing.isPending} onClick={() => removing.mutate()}>{t("avatar.remove")}</Button>}
        <Button onClick={onClose}>{t("common.back")}</Button>
        {chosen && <Button kind="primary" busy={saving.isPending} onClick={() => saving.mutate(chosen)}>{t("common.save")}</Button>}
      </div>
    </Dialog>
  );
}
