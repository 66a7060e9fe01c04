// Bytes on their way to the server. XMLHttpRequest, because nothing else in a browser tells how much has left.
import { ApiError, Unreachable, problemOf } from "@/api/problem";
import { Stopped } from "@/offline/known";

/** Without any progress for so long, in milliseconds, the connection is taken for dead. */
const STALLED_MS = 60_000;

interface Upload {
  method: "POST" | "PUT";
  path: string;
  bytes: ArrayBuffer | Blob;
  headers: Record<string, string>;
  onProgress?: (part: number) => void;
  signal?: AbortSignal;
}

/** The server's answer. Throws an ApiError for a refusal, Unreachable where none comes, Stopped once `signal` says so. */
export function upload({ method, path, bytes, headers, onProgress, signal }: Upload): Promise<unknown> {
  const total = bytes instanceof Blob ? bytes.size : bytes.byteLength;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new Stopped());
    const xhr = new XMLHttpRequest();
    const abort = () => xhr.abort();
    let stalled: ReturnType<typeof setTimeout> | undefined;
    const isAlive = () => {
      clearTimeout(stalled);
      stalled = setTimeout(abort, STALLED_MS);
    };
    const failed = () => {
      end();
      reject(signal?.aborted ? new Stopped() : new Unreachable(new Error("no answer to an upload")));
    };
    const end = () => {
      clearTimeout(stalled);
      signal?.removeEventListener("abort", abort);
    };
    xhr.open(method, path);
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
    xhr.upload.onprogress = ({ loaded }) => {
      isAlive();
      onProgress?.(total === 0 ? 1 : loaded / total);
    };
    xhr.onerror = failed;
    xhr.onabort = failed;
    xhr.onload = () => {
      end();
      if (xhr.status >= 200 && xhr.status < 300) return resolve(xhr.status === 204 ? undefined : JSON.parse(xhr.responseText));
      const headers = { "x-request-id": xhr.getResponseHeader("x-request-id") ?? "" };
      void problemOf(new Response(xhr.responseText, { status: xhr.status, headers })).then((problem) => reject(new ApiError(problem)));
    };
    signal?.addEventListener("abort", abort);
    isAlive();
    xhr.send(bytes);
  });
}

/** The SHA-256 of bytes as RFC 9530 writes it; nothing where the browser gives no hashes, as without https. */
export async function digestOf(bytes: ArrayBuffer): Promise<string | undefined> {
  const subtle = (globalThis.crypto as Crypto | undefined)?.subtle;
  if (!subtle) return undefined;
  const hash = new Uint8Array(await subtle.digest("SHA-256", bytes));
  return `sha-256=:${btoa(String.fromCharCode(...hash))}:`;
}
