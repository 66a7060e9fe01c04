import { Link } from "@tanstack/react-router";
import { GitMerge } from "lucide-react";
import { useTranslation } from "@/i18n";
import type { RequestRecord } from "@/api/types";
import { linksOf } from "@/resources/request/links";

/** Where a duplicate goes on. */
export function MergedInto({ record }: { record: RequestRecord }) {
  const { t } = useTranslation();
  const into = linksOf(record).find(({ kind }) => kind === "duplicate_of");
  if (into === undefined) return null;
  return (
    <p data-merged className="mt-3 flex items-start gap-2 rounded-xl border bg-sunken px-3 py-2 text-sm">
      <GitMerge aria-hidden className="mt-0.5 size-4 shrink-0 text-muted" />
      <span className="words min-w-0">{t("link.merged_into")} <Link to="/requests/$id" params={{ id: into.other }} className="font-semibold text-accent-text underline"><bdi>{[into.number, into.title].filter(Boolean).join(" ")}</bdi></Link></span>
    </p>
  );
}
