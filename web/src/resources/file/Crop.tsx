// Chooses the part of a picture that is seen in a circle: dragged, and made larger or smaller, by hand or by keys.
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import { useTranslation } from "@/i18n";
import { NEAREST, WHOLE, laid, moved, seenPart, zoomed, type Point, type Size, type View } from "./geometry";

/** In pixels of the page. */
const EDGE = 272;
const FRAME: Size = { width: EDGE, height: EDGE };
const PAN_PX = 8;

export type Part = ReturnType<typeof seenPart>;

/** Tells with each change which part of the picture, in its own pixels, is chosen. */
export function Crop({ src, picture, onPart }: { src: string; picture: Size; onPart: (part: Part) => void }) {
  const { t } = useTranslation();
  const [view, setView] = useState<View>(WHOLE);
  const last = useRef<Point>(null);
  const frame = useRef<HTMLDivElement>(null);
  const size = laid(picture, FRAME, true);
  const zoom = (factor: number) => setView((before) => zoomed(before, factor, size, FRAME));
  const move = (x: number, y: number) => setView((before) => moved(before, { x, y }, size, FRAME));
  useEffect(() => onPart(seenPart(picture, FRAME, view)), [view, picture]);
  useEffect(() => {
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      zoom(Math.exp(-event.deltaY / 400));
    };
    const place = frame.current;
    place?.addEventListener("wheel", wheel, { passive: false });
    return () => place?.removeEventListener("wheel", wheel);
  }, [picture]);
  const press = (event: PointerEvent) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    last.current = { x: event.clientX, y: event.clientY };
  };
  const drag = ({ clientX: x, clientY: y }: PointerEvent) => {
    if (!last.current) return;
    move(x - last.current.x, y - last.current.y);
    last.current = { x, y };
  };
  const lift = () => void (last.current = null);
  const onKeyDown = (event: KeyboardEvent) => {
    const moves: Record<string, () => void> = {
      ArrowLeft: () => move(PAN_PX, 0), ArrowRight: () => move(-PAN_PX, 0), ArrowUp: () => move(0, PAN_PX), ArrowDown: () => move(0, -PAN_PX),
      "+": () => zoom(1.1), "=": () => zoom(1.1), "-": () => zoom(1 / 1.1),
    };
    const act = moves[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
  const shown = { width: size.width * view.scale, height: size.height * view.scale };
  return (
    <div className="flex flex-col items-center gap-4">
      <div ref={frame} tabIndex={0} role="group" aria-label={t("avatar.crop_keys")} onKeyDown={onKeyDown} onPointerDown={press} onPointerMove={drag} onPointerUp={lift} onPointerCancel={lift}
        className="relative cursor-grab touch-none overflow-hidden rounded-full border bg-sunken select-none active:cursor-grabbing" style={{ width: EDGE, height: EDGE }}>
        <img src={src} alt="" draggable={false} className="absolute max-w-none" style={{ ...shown, left: (EDGE - shown.width) / 2 + view.x, top: (EDGE - shown.height) / 2 + view.y }} />
      </div>
      <label className="flex w-full max-w-[17rem] items-center gap-3 text-sm text-muted">
        {t("avatar.zoom")}
        <input type="range" min={1} max={NEAREST} step={0.01} value={view.scale} onChange={({ target }) => zoom(Number(target.value) / view.scale)} className="min-w-0 flex-1 accent-accent" />
      </label>
    </div>
  );
}
