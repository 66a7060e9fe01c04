// The files of a request, as the API tells of them, and where they are.
import type { RequestRecord, Schema, TimelineEvent } from "@/api/types";
import type { RequestView } from "@/resources/request/live";

export type Mark = Schema<"Mark">;
export type Attachment = Schema<"Attachment">;

/** Those of a request that the reader may see; an answer that an earlier release kept has none. */
export const attachmentsOf = (record: RequestRecord): readonly Attachment[] => (record.attachments as Attachment[] | undefined) ?? [];

/** A view with other files, of which nothing is known otherwise. */
const withFiles = (view: RequestView, change: (files: readonly Attachment[]) => Attachment[]): RequestView =>
  ({ ...view, record: { ...view.record, attachments: change(attachmentsOf(view.record)) } });

export const changed = (view: RequestView, now: Attachment) => withFiles(view, (files) => files.map((file) => (file.id === now.id ? now : file)));
export const removed = (view: RequestView, id: string) => withFiles(view, (files) => files.filter((file) => file.id !== id));

/** What a timeline says of files. */
export type FileEvent = Extract<TimelineEvent, { kind: "attached" | "marked" | "detached" }>;

export const isOfFile = (event: TimelineEvent): event is FileEvent => event.kind === "attached" || event.kind === "marked" || event.kind === "detached";

export type FileKind = "picture" | "pdf" | "audio" | "video" | "text" | "other";

/** What a browser can show of it. */
export function kindOf(type: string): FileKind {
  const [family] = type.split("/");
  // Only some browsers show these.
  if (type === "image/heic" || type === "image/heif") return "other";
  if (family === "image") return "picture";
  if (family === "audio" || family === "video") return family;
  if (type === "application/pdf") return "pdf";
  return family === "text" ? "text" : "other";
}

export const addressOf = (request: string, { id }: Pick<Attachment, "id">) => `/api/requests/${request}/attachments/${id}`;
export const downloadOf = (request: string, attachment: Pick<Attachment, "id">) => `${addressOf(request, attachment)}?download=1`;
export const thumbnailOf = (request: string, attachment: Pick<Attachment, "id">) => `${addressOf(request, attachment)}/thumbnail`;
