// A picture that is looked at closely: by wheel, two fingers, double press and keys; dragged where it is larger than the window.
import { Maximize, ZoomIn, ZoomOut } from "lucide-react";
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import { useTranslation } from "@/i18n";
import { WHOLE, bounded, laid, moved, zoomed, type Point, type Size } from "./geometry";

const STEP = 1.5;
const PAN_PX = 60;

export function Zoomable({ src, name }: { src: string; name: string }) {
  const { t } = useTranslation();
  const frame = useRef<HTMLDivElement>(null);
  const picture = useRef<HTMLImageElement>(null);
  const fingers = useRef(new Map<number, Point>());
  const [view, setView] = useState(WHOLE);
  const sizes = (): { laid: Size; frame: Size } => {
    const [{ clientWidth = 1, clientHeight = 1 }, { naturalWidth = 1, naturalHeight = 1 }] = [frame.current ?? {}, picture.current ?? {}];
    const size = { width: clientWidth, height: clientHeight };
    return { laid: laid({ width: naturalWidth || 1, height: naturalHeight || 1 }, size), frame: size };
  };
  /** From the middle of the frame. */
  const placeOf = ({ clientX, clientY }: { clientX: number; clientY: number }): Point => {
    const box = frame.current!.getBoundingClientRect();
    return { x: clientX - box.left - box.width / 2, y: clientY - box.top - box.height / 2 };
  };
  const zoom = (factor: number, at?: Point) => setView((before) => { const { laid, frame } = sizes(); return zoomed(before, factor, laid, frame, at); });
  const move = (by: Point) => setView((before) => { const { laid, frame } = sizes(); return moved(before, by, laid, frame); });
  useEffect(() => setView(WHOLE), [src]);
  useEffect(() => {
    const resized = () => setView((before) => { const { laid, frame } = sizes(); return bounded(before, laid, frame); });
    // React listens to wheels passively: it could not keep the page from scrolling.
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      zoom(Math.exp(-event.deltaY / 400), placeOf(event));
    };
    const place = frame.current;
    place?.addEventListener("wheel", wheel, { passive: false });
    addEventListener("resize", resized);
    return () => {
      place?.removeEventListener("wheel", wheel);
      removeEventListener("resize", resized);
    };
  }, []);

  const press = (event: PointerEvent) => {
    if ((event.target as Element).closest("button")) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    fingers.current.set(event.pointerId, placeOf(event));
  };
  const drag = (event: PointerEvent) => {
    const before = fingers.current.get(event.pointerId);
    if (!before) return;
    const now = placeOf(event);
    const other = [...fingers.current].find(([id]) => id !== event.pointerId)?.[1];
    fingers.current.set(event.pointerId, now);
    if (!other) return move({ x: now.x - before.x, y: now.y - before.y });
    const apart = (one: Point) => Math.max(1, Math.hypot(one.x - other.x, one.y - other.y));
    zoom(apart(now) / apart(before), { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 });
  };
  const lift = ({ pointerId }: PointerEvent) => void fingers.current.delete(pointerId);
  const isNear = view.scale > 1;
  const onKeyDown = (event: KeyboardEvent) => {
    const moves: Record<string, () => void> = {
      "+": () => zoom(STEP), "=": () => zoom(STEP), "-": () => zoom(1 / STEP), "0": () => setView(WHOLE),
      ...(isNear && { ArrowLeft: () => move({ x: PAN_PX, y: 0 }), ArrowRight: () => move({ x: -PAN_PX, y: 0 }), ArrowUp: () => move({ x: 0, y: PAN_PX }), ArrowDown: () => move({ x: 0, y: -PAN_PX }) }),
    };
    const act = moves[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    // The arrows lead to the next file where there is nothing to move.
    event.stopPropagation();
    act();
  };
  const tool = "grid size-11 place-items-center rounded-lg bg-surface text-ink shadow hover:bg-sunken";
  return (
    <div ref={frame} tabIndex={0} role="group" aria-label={t("files.picture", { name })} onKeyDown={onKeyDown} onPointerDown={press} onPointerMove={drag} onPointerUp={lift} onPointerCancel={lift} onDoubleClick={(event) => (isNear ? setView(WHOLE) : zoom(2.5, placeOf(event)))}
      className={`absolute inset-0 flex touch-none justify-center overflow-hidden outline-offset-[-2px] select-none ${isNear ? "cursor-grab active:cursor-grabbing" : "cursor-zoom-in"}`}>
      <img ref={picture} src={src} alt={name} draggable={false} className="absolute inset-0 m-auto max-h-full max-w-full" style={{ transform: `translate(${view.x}px, ${view.y}px) scale(${view.scale})` }} />
      <div className="absolute bottom-4 flex gap-2">
        <button type="button" aria-label={t("files.smaller")} className={tool} onClick={() => zoom(1 / STEP)}><ZoomOut aria-hidden className="size-5" /></button>
        <button type="button" aria-label={t("files.whole")} className={tool} onClick={() => setView(WHOLE)}><Maximize aria-hidden className="size-5" /></button>
        <button type="button" aria-label={t("files.larger")} className={tool} onClick={() => zoom(STEP)}><ZoomIn aria-hidden className="size-5" /></button>
        <span role="status" className="sr-only">{t("files.zoom", { percent: Math.round(view.scale * 100) })}</span>
      </div>
    </div>
  );
}
