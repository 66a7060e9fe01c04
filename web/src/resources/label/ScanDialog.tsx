// Reads a label by the camera, or by what somebody types of it. Only what is ours is followed; what else was read is shown, and nothing
// comes of it. The camera is let go when this closes.
import { Flashlight, FlashlightOff } from "lucide-react";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { useTranslation } from "@/i18n";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Field } from "@/ui/Field";
import { makeReader, openCamera, torchOf, troubleOf, type Trouble } from "./camera";
import { codeIn, scannedCode } from "./code";

/** So long between two looks. */
const LOOK_MS = 150;

export default function ScanDialog({ onCode, onClose }: { onCode: (code: string) => void; onClose: () => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const [isWrong, setWrong] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // Only this form: the dialog may stand in another one.
    event.stopPropagation();
    const code = codeIn(typed);
    if (code) onCode(code);
    else setWrong(true);
  };
  return (
    <Dialog title={t("scan.title")} onClose={onClose}>
      {/* Not into the field at once: on a phone its keyboard would cover the camera. */}
      <div ref={(element) => element?.setAttribute("autofocus", "")} tabIndex={-1} className="outline-none"><Camera onCode={onCode} /></div>
      <form noValidate onSubmit={submit} className="mt-4 flex flex-wrap items-end gap-3">
        <div className="min-w-0 flex-1 basis-40">
          <Field label={t("scan.type")} hint={t("scan.type_hint")} error={isWrong ? t("scan.wrong") : undefined}>
            {(props) => <input {...props} value={typed} maxLength={40} autoComplete="off" autoCapitalize="characters" spellCheck={false} onChange={({ target }) => { setTyped(target.value); setWrong(false); }} className="field font-mono uppercase" />}
          </Field>
        </div>
        <div className="flex flex-1 gap-3 self-end">
          <Button className="flex-1" onClick={onClose}>{t("common.close")}</Button>
          <Button type="submit" kind="primary" className="flex-1">{t("scan.open")}</Button>
        </div>
      </form>
    </Dialog>
  );
}

function Camera({ onCode }: { onCode: (code: string) => void }) {
  const { t } = useTranslation();
  const video = useRef<HTMLVideoElement>(null);
  const [trouble, setTrouble] = useState<Trouble>();
  const [other, setOther] = useState<string>();
  const [torch, setTorch] = useState<ReturnType<typeof torchOf>>();
  const [isLit, setLit] = useState(false);
  const found = useRef(onCode);
  useEffect(() => void (found.current = onCode));
  useEffect(() => {
    let isWanted = true;
    let stream: MediaStream | undefined;
    const stop = () => stream?.getTracks().forEach((track) => track.stop());
    const look = async () => {
      const [opened, reader] = await Promise.all([openCamera(), makeReader()]);
      stream = opened;
      const element = video.current;
      if (!isWanted || !element) return stop();
      element.srcObject = stream;
      await element.play();
      setTorch(torchOf(stream));
      while (isWanted) {
        const text = element.readyState >= element.HAVE_CURRENT_DATA ? await reader.read(element).catch(() => undefined) : undefined;
        if (!isWanted) return;
        const code = text === undefined ? undefined : scannedCode(text, location.origin);
        if (code) {
          stop();
          return found.current(code);
        }
        if (text !== undefined) setOther(text);
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
    };
    look().catch((error: unknown) => {
      stop();
      if (isWanted) setTrouble(troubleOf(error));
    });
    return () => {
      isWanted = false;
      stop();
    };
  }, []);
  if (trouble) return <p role="alert" className="rounded-lg bg-warn-soft p-4 text-sm text-warn">{t(`scan.${trouble}`)}</p>;
  return (
    <div className="flex flex-col gap-3">
      <div className="relative">
        <video ref={video} muted playsInline aria-label={t("scan.camera")} className="aspect-[4/3] w-full rounded-xl bg-sunken object-cover" />
        {torch && (
          <button type="button" aria-pressed={isLit} aria-label={t("scan.torch")} onClick={() => void torch.set(!isLit).then(() => setLit(!isLit), () => setTorch(undefined))} className="absolute right-2 bottom-2 grid size-11 place-items-center rounded-full border border-edge bg-surface text-ink aria-pressed:bg-accent aria-pressed:text-accent-ink">
            {isLit ? <FlashlightOff aria-hidden className="size-5" /> : <Flashlight aria-hidden className="size-5" />}
          </button>
        )}
      </div>
      <p role="status" className="text-sm text-muted">{other === undefined ? t("scan.hint") : <>{t("scan.other")} <span dir="auto" className="words line-clamp-3 font-mono text-ink">{other}</span></>}</p>
    </div>
  );
}
