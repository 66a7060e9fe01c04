// Pages of labels as they are printed: everything on them is drawn, in millimetres, and nothing is a picture.
import { useTranslation } from "@/i18n";
import { thingOf, type Label } from "@/resources/label/queries";
import { Qr } from "./Qr";
import { onPages, PAPERS, perPage, placeOn, type PaperName } from "./papers";

const mm = (length: number) => `${length}mm`;

interface Props {
  paper: PaperName;
  labels: Label[];
  /** What stands before the code in the address. */
  address: string;
  /** The first free place on the first page, from 1 on. */
  start: number;
}

export function Sheets({ paper: name, labels, address, start }: Props) {
  const { t } = useTranslation();
  const paper = PAPERS[name];
  const pages = onPages(paper, labels, start);
  return pages.map((page, number) => (
    <section key={number} aria-label={t("labels.page", { number: number + 1, count: pages.length })} data-paper={name} className="sheet" style={{ width: mm(paper.width), height: mm(paper.height) }}>
      {page.map((label, at) => {
        if (!label) return null;
        const { x, y } = placeOn(paper, at);
        return <OneLabel key={number * perPage(paper) + at} label={label} address={address} style={{ left: mm(x), top: mm(y), width: mm(paper.label.width), height: mm(paper.label.height), padding: mm(paper.margin), fontSize: mm(paper.label.height > 50 ? 4.4 : 3) }} size={paper.label.height - 2 * paper.margin} />;
      })}
    </section>
  ));
}

function OneLabel({ label, address, style, size }: { label: Label; address: string; style: object; size: number }) {
  const { t } = useTranslation();
  const thing = thingOf(label);
  return (
    <div data-label className="absolute flex items-center gap-[0.6em] overflow-hidden leading-tight" style={style}>
      <div className="shrink-0" style={{ width: mm(Math.min(size, 50)), height: mm(Math.min(size, 50)) }}><Qr text={address + label.code.replace("-", "")} /></div>
      <div className="min-w-0 flex-1">
        {thing && <p dir="auto" className="words line-clamp-3 text-[1.25em] font-bold">{thing.name}</p>}
        {thing?.where && <p dir="auto" className="words mt-[0.3em] line-clamp-2 text-[0.85em]">{thing.where}</p>}
        <p className="mt-[0.4em] font-mono text-[1.15em] font-bold">{label.code}</p>
        <p className="text-[0.8em]">{t("labels.on_it")}</p>
      </div>
    </div>
  );
}
