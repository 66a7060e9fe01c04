// Sends a file of the queue (src/offline/queue.ts) and then its small picture: with the same key each time, so that the server has it once.
// It stops where somebody threw the file away meanwhile, or lets it wait.
import { ApiError, Unreachable, isCode, isPassing } from "@/api/problem";
import { bytesOf, keepFile, type KeptFile } from "@/offline/files";
import { onKept, whatIsKept } from "@/offline/known";
import { tellProgress } from "./progress";
import { digestOf, upload } from "./upload";

/** The device has lost the bytes, or does not give them: that is said as a refusal is. */
const gone = () => new ApiError({ type: "about:blank", title: "", status: 410, detail: "", code: "file_gone", request_id: "", errors: [] } as unknown as ApiError["problem"]);

export const pathOf = ({ path, what, file }: KeptFile) => {
  const query = new URLSearchParams({ filename: what });
  if (file.comment !== undefined) query.set("comment", String(file.comment));
  if (file.mark) query.set("mark", file.mark);
  if (file.visibility) query.set("visibility", file.visibility);
  return `${path}?${query}`;
};

export async function sendFile(change: KeptFile): Promise<unknown> {
  const { key, user, path, file } = change;
  const stopping = new AbortController();
  const stop = onKept(() => {
    const now = whatIsKept().find((kept) => kept.key === key);
    if (!now || now.file?.isPaused) stopping.abort();
  });
  const { signal } = stopping;
  try {
    const kept = await bytesOf(key);
    const bytes = await kept?.bytes.arrayBuffer().catch(() => undefined);
    if (!kept || !bytes) throw gone();
    const headers = { "x-cepatedge": user };
    let id = file.attached;
    if (id === undefined) {
      const digest = await digestOf(bytes);
      tellProgress(key, 0);
      const answer = await upload({
        method: "POST",
        path: pathOf(change),
        bytes,
        headers: { ...headers, "content-type": "application/octet-stream", "idempotency-key": key, ...(digest && { "content-digest": digest }) },
        onProgress: (part) => tellProgress(key, part),
        signal,
      });
      id = (answer as { id: string }).id;
      if (kept.thumbnail) await keepFile({ ...change, file: { ...file, attached: id } });
    }
    if (kept.thumbnail) await sendThumbnail(`${path}/${id}/thumbnail`, kept.thumbnail, headers, signal);
    return { id };
  } catch (error) {
    // Too slow, or too many at once: that passes.
    throw isCode(error, "timed_out", "too_many_uploads") ? new Unreachable(error) : error;
  } finally {
    stop();
    tellProgress(key, undefined);
  }
}

/** Without its small picture a file is shown by its kind: a refusal of that one is no reason to keep the file waiting. */
async function sendThumbnail(path: string, bytes: Blob, headers: Record<string, string>, signal: AbortSignal) {
  try {
    await upload({ method: "PUT", path, bytes, headers: { ...headers, "content-type": bytes.type }, signal });
  } catch (error) {
    if (!(error instanceof ApiError) || isPassing(error)) throw error;
  }
}
