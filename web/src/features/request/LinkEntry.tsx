// What the timeline says of links.
import { Link as To } from "@tanstack/react-router";
import type { Translate } from "@/i18n";
import type { TimelineEvent } from "@/api/types";
import { isMerge, type Link } from "@/resources/request/links";

type OfLink = Extract<TimelineEvent, { kind: "linked" | "unlinked" }>;

export const isOfLink = (event: TimelineEvent): event is OfLink => event.kind === "linked" || event.kind === "unlinked";

export function sayLink(t: Translate, { kind, body: { link } }: OfLink): string {
  const other = link.number ?? t("link.another");
  if (isMerge(link.kind)) return t(`event.${kind}_${link.kind}`, { other });
  return t(`event.${kind}_as`, { what: t(`link.${link.kind}`), other });
}

/** The other one, for those who may open it; of a duplicate that is whoever reported it. */
export const LinkedTo = ({ link }: { link: Link }) =>
  link.title === undefined || link.kind === "has_duplicate" ? null : (
    <p dir="auto" className="words mt-1 text-sm"><To to="/requests/$id" params={{ id: link.other }} className="text-accent-text hover:underline">{link.title}</To></p>
  );
