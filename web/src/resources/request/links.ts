// What a request is to others, and who may say so.
import { manages, seesInternal, type RequestRecord, type Role, type Schema } from "@/api/types";
import { isFinal } from "./project";

export type Link = Schema<"Link">;
export type LinkKind = Schema<"LinkKind">;

/** What can be said of a request: the opposites of the others are said there. */
export const SAID: LinkKind[] = ["duplicate_of", "relates", "blocks", "blocked_by", "split_from"];

/** What somebody may say of a request as it stands. A duplicate is still to be done. */
export const mayBeSaid = (record: RequestRecord, role: Role): LinkKind[] =>
  SAID.filter((kind) => (kind === "relates" ? seesInternal(role) : manages(role)) && (kind !== "duplicate_of" || isOpen(record)));

const isOpen = ({ status, links }: RequestRecord) =>
  status !== "completed" && !isFinal(status) && !linksOf({ links }).some(({ kind }) => kind === "has_duplicate");

/** A record that was kept on the device by a release of before has none. */
export const linksOf = ({ links }: { links?: Link[] }): Link[] => links ?? [];

export const mayUnsay = ({ kind }: Link, role: Role) => (kind === "relates" ? seesInternal(role) : manages(role));

export const isMerge = (kind: LinkKind): kind is "duplicate_of" | "has_duplicate" => kind === "duplicate_of" || kind === "has_duplicate";
