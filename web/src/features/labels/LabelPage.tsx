// Where the code of a label leads: to report what is broken there, or to the page of the place or thing. Who works here says what a
// label is on that is on nothing yet.
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { Plus, ScanLine } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "@/i18n";
import { isCode } from "@/api/problem";
import { seesInternal } from "@/api/types";
import { ErrorPage } from "@/app/ErrorPage";
import { useMe } from "@/app/session";
import { codeIn } from "@/resources/label/code";
import { labelOptions, thingOf, type Label, type OnThing } from "@/resources/label/queries";
import ScanButton from "@/resources/label/ScanButton";
import { RequestsHere } from "@/resources/place/RequestsHere";
import { Button, buttonClass } from "@/ui/Button";
import { Empty } from "@/ui/Empty";
import { BindForm } from "./BindForm";

export function LabelPage() {
  const { code: typed } = useParams({ from: "/app/t/$code" });
  const code = codeIn(typed);
  const { data, error, refetch } = useQuery({ ...labelOptions(code ?? ""), enabled: code !== undefined });
  if (data) return <Loaded key={data.code} label={data} />;
  if (code === undefined || isCode(error, "not_found")) return <Unknown code={code ?? typed} />;
  if (error) return <ErrorPage error={error} reset={() => void refetch()} />;
  return <div aria-busy className="card skeleton h-60 bg-sunken" />;
}

function Unknown({ code }: { code: string }) {
  const { t } = useTranslation();
  return (
    <div className="card flex flex-col items-center pb-8">
      <h1 className="sr-only">{t("label.title")}</h1>
      <Empty icon={ScanLine} title={t("label.unknown", { code: code.slice(0, 40) })} hint={t("label.unknown_hint")} />
      <ScanButton />
    </div>
  );
}

function Loaded({ label }: { label: Label }) {
  const { t } = useTranslation();
  const { role } = useMe();
  const thing = thingOf(label);
  const [isBinding, setBinding] = useState(false);
  const works = seesInternal(role);
  const name = thing?.name;
  useEffect(() => {
    if (name === undefined) return;
    document.title = `${name} · CepatEdge`;
    return () => void (document.title = "CepatEdge");
  }, [name]);
  return (
    <article className="mx-auto flex max-w-xl flex-col gap-5">
      <header>
        <p className="mb-1 font-mono text-sm text-muted">{label.code}</p>
        <h1 dir="auto" tabIndex={-1} className="words outline-none">{thing?.name ?? t("label.blank")}</h1>
        {thing?.where && <p dir="auto" className="words mt-1 text-sm text-muted">{thing.where}</p>}
        {label.was && <p className="words mt-1 text-sm">{t("label.was", { name: label.was })}</p>}
        {thing && !thing.isUsed && <p className="mt-1 text-sm font-semibold text-warn">{t(thing.noun === "asset" ? "label.retired" : "label.archived")}</p>}
      </header>
      {thing ? <Ways thing={thing} /> : !works && <p>{t("label.blank_hint")} <Link to="/new" className="font-semibold text-accent-text hover:underline">{t("nav.new")}</Link></p>}
      {works && (!thing || isBinding) && <BindForm code={label.code} onDone={() => setBinding(false)} />}
      {works && thing && !isBinding && <Button kind="quiet" className="self-start px-2!" onClick={() => setBinding(true)}>{t("label.other")}</Button>}
      {thing && <RequestsHere of={thing.noun === "asset" ? { asset: thing.id } : { location: thing.id }} />}
    </article>
  );
}

function Ways({ thing: { noun, id, isUsed, location } }: { thing: OnThing }) {
  const { t } = useTranslation();
  return (
    <div className="flex flex-col gap-3 sm:flex-row">
      {isUsed && <Link to="/new" search={noun === "asset" ? { asset: id, location } : { location: id }} className={`${buttonClass("primary")} min-h-12!`}><Plus aria-hidden className="size-4" />{t("label.report")}</Link>}
      <Link to={noun === "asset" ? "/assets/$id" : "/places/$id"} params={{ id }} className={`${buttonClass()} min-h-12!`}>{t("label.open")}</Link>
    </div>
  );
}
