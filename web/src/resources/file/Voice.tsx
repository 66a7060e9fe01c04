// A note that is spoken: up to two minutes, with a clock, and stopped by the one who speaks.
import { Mic, Square } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "@/i18n";
import { Button } from "@/ui/Button";
import { toast } from "@/ui/toast";
import { namedByTime } from "./names";

const LONGEST_S = 120;
/** The first that the browser can make; what every phone plays comes first. */
const TYPES = [["audio/mp4;codecs=mp4a.40.2", "m4a"], ["audio/webm;codecs=opus", "webm"], ["audio/ogg;codecs=opus", "ogg"], ["audio/mp4", "m4a"]] as const;

export const canSpeak = () => typeof MediaRecorder !== "undefined" && navigator.mediaDevices?.getUserMedia !== undefined;

const clock = (seconds: number) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

export function Voice({ onSpoken }: { onSpoken: (file: File) => void }) {
  const { t } = useTranslation();
  const recorder = useRef<MediaRecorder>(null);
  const [seconds, setSeconds] = useState<number>();
  const isOn = seconds !== undefined;
  useEffect(() => {
    if (!isOn) return;
    const timer = setInterval(() => setSeconds((before = 0) => before + 1), 1_000);
    return () => clearInterval(timer);
  }, [isOn]);
  useEffect(() => {
    if (seconds === LONGEST_S) recorder.current?.stop();
  }, [seconds]);
  // A microphone that is left on is worse than a note that is lost.
  useEffect(() => () => recorder.current?.stream.getTracks().forEach((track) => track.stop()), []);

  const start = async () => {
    let stream: MediaStream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      return toast("failed", t("files.no_microphone"));
    }
    const [type, ending] = TYPES.find(([type]) => MediaRecorder.isTypeSupported(type)) ?? ["", "webm"];
    const made = new MediaRecorder(stream, { ...(type && { mimeType: type }), audioBitsPerSecond: 48_000 });
    const parts: Blob[] = [];
    made.ondataavailable = ({ data }) => void parts.push(data);
    made.onstop = () => {
      stream.getTracks().forEach((track) => track.stop());
      recorder.current = null;
      setSeconds(undefined);
      const bare = made.mimeType.split(";")[0] ?? "";
      if (parts.some(({ size }) => size > 0)) onSpoken(new File(parts, namedByTime(t("files.voice_note"), ending, new Date()), { type: bare }));
    };
    recorder.current = made;
    made.start();
    setSeconds(0);
  };
  if (!isOn) return <Button kind="quiet" className="px-2.5!" aria-label={t("files.speak")} title={t("files.speak")} onClick={() => void start()}><Mic aria-hidden className="size-5" /></Button>;
  return (
    <Button kind="danger" aria-label={t("files.stop_at", { time: clock(seconds) })} onClick={() => recorder.current?.stop()}>
      <Square aria-hidden className="size-4 fill-current" />{t("files.stop")}<span role="timer" className="tabular-nums">{clock(seconds)} / {clock(LONGEST_S)}</span>
    </Button>
  );
}
