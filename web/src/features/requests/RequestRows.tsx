// The rows: a table on a desktop, cards on a phone, from the same elements. Only those near the window exist.
import { Link } from "@tanstack/react-router";
import { useWindowVirtualizer, windowScroll } from "@tanstack/react-virtual";
import { lazy, memo, Suspense, useEffect, useImperativeHandle, useRef, useState, useSyncExternalStore, type MouseEvent, type Ref } from "react";
import { useTranslation } from "@/i18n";
import type { Summary } from "@/api/types";
import { leaveList } from "@/resources/request/cameFrom";
import { fieldOf } from "@/resources/request/fields";
import { Due, FieldMarks, FilesMark, MARKS, StatusMark } from "@/resources/request/marks";
import { Portrait } from "@/resources/user/Portrait";
import { WaitingMark } from "@/resources/request/WaitingReports";
import { When } from "@/ui/time";
import { usePainted } from "@/ui/usePainted";

/** Where the words that are sought stand in a title. */
const Marked = lazy(() => import("@/resources/request/Marked"));

export interface RowsHandle {
  move(step: 1 | -1): void;
  /** Brings a row into sight, with the focus. */
  show(index: number): void;
  /** Puts the focus back on a row, where the page is scrolled to already. */
  returnTo(id: string): void;
}

const wide = matchMedia("(min-width: 64rem)");
const useWide = () =>
  useSyncExternalStore((changed) => {
    wide.addEventListener("change", changed);
    return () => wide.removeEventListener("change", changed);
  }, () => wide.matches);

const ROW_PX = 46;
/** Two lines of the title and one of marks. */
const CARD_PX = 112;
/** So much above and below the window is there before it is scrolled to. */
const AROUND_PX = 500;
/** Of a row that is seen, so much and more is below the top of the window. */
const COVERED_PX = 60;
/** More rows are asked for when so few are left below. */
const AHEAD = 30;
const FRAMES_TO_RETURN = 120;
/** After so many the page has scrolled to where it was, if it does. */
const FRAMES_TO_SCROLL = 30;
const COLUMNS = "lg:grid lg:grid-cols-[1.25rem_5.25rem_minmax(0,1fr)_7.5rem_7.5rem_8rem_6rem] lg:items-center lg:gap-x-3 min-[90rem]:grid-cols-[1.25rem_5.5rem_minmax(0,1fr)_8rem_9rem_9rem_8rem_6rem] min-[90rem]:gap-x-4";

/** The window's size as it changes; what it is at first is known. */
function observeWindow(_: unknown, tell: (rect: { width: number; height: number }) => void) {
  const resized = () => tell({ width: innerWidth, height: innerHeight });
  addEventListener("resize", resized);
  return () => removeEventListener("resize", resized);
}

interface Props { ref: Ref<RowsHandle>; rows: Summary[]; sought?: string; arrived: ReadonlySet<string>; isGone: (row: Summary) => boolean; onEnd: () => void }

export function RequestRows({ ref, rows, sought, arrived, isGone, onEnd }: Props) {
  const { t } = useTranslation();
  const isWide = useWide();
  const body = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  // After the paint: where the list begins only moves the window of rows by less than is rendered around it.
  useEffect(() => setTop((body.current?.getBoundingClientRect().top ?? 0) + scrollY), [isWide]);
  const size = isWide ? ROW_PX : CARD_PX;
  // Asked once: each question after something was rendered costs a layout.
  const [start] = useState(() => ({ rect: { width: innerWidth, height: innerHeight }, offset: scrollY }));
  const isPlaced = useRef(false);
  const isPainted = usePainted();
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => size,
    // Those that are not seen come after those that are.
    overscan: isPainted ? Math.ceil(AROUND_PX / size) : 1,
    scrollMargin: top,
    getItemKey: (index) => rows[index]!.id,
    // The rows are a part of the first render, which is sliced, and not of the one that measuring causes, which is not.
    initialRect: start.rect,
    initialOffset: start.offset,
    observeElementRect: observeWindow,
    scrollToFn: (offset, options, instance) => {
      // First it scrolls to where the window is: a layout in the midst of the first commit, for nothing.
      const isThere = !isPlaced.current && offset === start.offset;
      isPlaced.current = true;
      if (!isThere) windowScroll(offset, options, instance);
    },
  });
  useEffect(() => virtual.measure(), [size, virtual]);
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= rows.length - AHEAD) onEnd();
  }, [last, rows.length, onEnd]);

  const focusRow = (index: number, align: "auto" | "center") => {
    const focus = () => {
      const link = body.current?.querySelector<HTMLElement>(`[data-index="${index}"] a`);
      link?.focus({ preventScroll: true });
      return link != null;
    };
    // At once: the next key may come before the next frame, and goes on from here. Only a row that does not exist yet
    // needs the frame in which scrolling makes it.
    const isFocused = focus();
    virtual.scrollToIndex(index, { align });
    if (!isFocused) requestAnimationFrame(focus);
  };
  useImperativeHandle(ref, () => ({
    move(step) {
      const focused = document.activeElement?.closest("[data-index]");
      // The page is asked, not the window of rows: where the list begins is known to that one only after the paint, and a key
      // may come before.
      const first = () => [...body.current!.children].find((row) => row.getBoundingClientRect().bottom > COVERED_PX);
      const indexOf = (row?: Element) => Number(row?.getAttribute("data-index") ?? 0);
      const index = Math.min(Math.max(focused ? indexOf(focused) + step : indexOf(first()), 0), rows.length - 1);
      focusRow(index, "auto");
    },
    show: (index) => focusRow(index, "center"),
    returnTo(id) {
      const before = document.activeElement;
      // The page scrolls to where it was some frames later, only then the row is there; and the shell puts the focus on the
      // beginning of the page after that, or before. Whoever has gone on meanwhile keeps the focus.
      const attempt = (left: number) => requestAnimationFrame(() => {
        const link = body.current?.querySelector<HTMLElement>(`a[href$="/${CSS.escape(id)}"]`);
        const now = document.activeElement;
        if (now !== link && now !== before && now !== document.body && now?.id !== "content") return;
        if (now !== link) link?.focus({ preventScroll: true });
        // Where the page did not come back to its place, the row does.
        if (link == null && left === FRAMES_TO_RETURN - FRAMES_TO_SCROLL) {
          const index = rows.findIndex((row) => row.id === id);
          if (index !== -1) virtual.scrollToIndex(index, { align: "center" });
        }
        if (left > 0) attempt(left - 1);
      });
      attempt(FRAMES_TO_RETURN);
    },
  }));

  const leave = ({ target }: MouseEvent) => {
    const row = (target as Element).closest("a")?.closest("[data-index]");
    if (row) leaveList(rows.map(({ id }) => id), rows[Number(row.getAttribute("data-index"))]!.id);
  };
  return (
    <div role="table" aria-label={t("list.title")} aria-rowcount={-1} className="card">
      <div role="rowgroup" className="hidden lg:block">
        <div role="row" className={`${COLUMNS} h-9 border-b px-4 text-xs font-semibold text-muted`}>
          <span role="columnheader"><span className="sr-only">{MARKS.every.map((name) => t(fieldOf(name).label)).join(", ")}</span></span>
          {["number", "what", "status", "assignee", "requester", "due", "updated"].map((name) => <span key={name} role="columnheader" className={name === "requester" ? "hidden min-[90rem]:block" : ""}>{t(`list.${name}`)}</span>)}
        </div>
      </div>
      <div ref={body} role="rowgroup" onClickCapture={leave} className="relative" style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => {
          const row = rows[item.index]!;
          return (
            <div key={row.id} role="row" aria-rowindex={item.index + 2} data-index={item.index} className={`absolute inset-x-0 top-0 border-b last:border-b-0 hover:bg-sunken has-focus-visible:bg-accent-soft ${isGone(row) ? "opacity-55" : ""}`} style={{ height: item.size, transform: `translateY(${item.start - top}px)` }}>
              {arrived.has(row.id) && <span key={row.version} aria-hidden className="arrive absolute inset-0 -z-10" />}
              <Row row={row} sought={sought} isWide={isWide} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

const Row = memo(function Row({ row, sought, isWide }: { row: Summary; sought?: string; isWide: boolean }) {
  const { t } = useTranslation();
  return (
    <div role="presentation" className={`grid h-full grid-cols-[minmax(0,1fr)_auto] content-center gap-y-1.5 px-4 text-sm ${COLUMNS}`}>
      <span role="cell" className="order-3 flex min-w-0 items-center gap-3 overflow-hidden lg:order-none">
        {!isWide && <><StatusMark status={row.status} /><WaitingMark id={row.id} /></>}
        <FieldMarks of={row} only="every" iconOnly={isWide} />
      </span>
      <span role="cell" className="order-2 ml-3 pt-1 text-xs text-muted tabular-nums lg:order-none lg:ml-0 lg:pt-0 lg:text-sm">{row.number ?? "…"}</span>
      <span role="cell" dir="auto" className="words order-1 line-clamp-2 min-w-0 lg:order-none lg:line-clamp-1 lg:text-left">
        <FieldMarks of={row} only="few" iconOnly />{" "}
        <Link to="/requests/$id" params={{ id: row.id }} className="text-base font-semibold outline-none after:absolute after:inset-0 lg:text-sm">{sought ? <Suspense fallback={row.title}><Marked text={row.title} sought={sought} /></Suspense> : row.title}</Link>
        {row.location && <span dir="auto" className="text-xs text-muted"> {row.location.name}</span>}
        {" "}<FilesMark count={row.attachments} />
      </span>
      <span role="cell" className="hidden items-center gap-2 lg:flex"><StatusMark status={row.status} />{isWide && <WaitingMark id={row.id} />}</span>
      <span role="cell" className={`hidden min-w-0 items-center gap-2 lg:flex ${row.assignee ? "" : "text-muted"}`}>{row.assignee && <Portrait person={row.assignee} />}<span dir="auto" className="truncate">{row.assignee?.name ?? t("common.nobody")}</span></span>
      <span role="cell" dir="auto" className="hidden truncate text-left min-[90rem]:block">{row.requester.name}</span>
      <span role="cell" className="order-4 text-right text-xs lg:order-none lg:text-left lg:text-sm"><Due request={row} /></span>
      <span role="cell" className="hidden text-muted lg:block"><When date={row.updated_at} /></span>
    </div>
  );
});
