// The one way to the API: typed by docs/openapi.json, same origin, the session in a cookie that no script can read.
// Every refusal is thrown as an ApiError, every failure to get through as Unreachable.
import createClient from "openapi-fetch";
import { takeEarly } from "@/start/early";
import { provedAgain } from "./again";
import { ApiError, Unreachable, problemOf } from "./problem";
import type { paths } from "./schema";

const throwing: typeof fetch = async (input, init) => {
  let response: Response;
  // A body is read once; what is refused until its author has proved who they are is made again.
  const again = input instanceof Request ? (input.method === "GET" ? input : input.clone()) : undefined;
  try {
    response = await (takeEarly(input) ?? fetch(input, init));
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new Unreachable(cause);
  }
  if (response.ok) return response;
  const problem = await problemOf(response);
  if (again && problem.code === "reauthentication_required" && (await provedAgain())) return throwing(again, init);
  throw new ApiError(problem);
};

export const api = createClient<paths>({
  baseUrl: location.origin,
  fetch: throwing,
  // Shows the server that a page of this origin asks, also where there is no body.
  headers: { "x-cepatedge": "1" },
  querySerializer: { array: { style: "form", explode: false } },
});

/** The data of an answer that was not refused. */
export async function dataOf<T>(call: Promise<{ data?: T }>): Promise<T> {
  const { data } = await call;
  return data as T;
}

/** The value of If-Match for a version that was read. */
export const etag = (version: number) => `"v${version}"`;

/** Longer than this no write waits for its answer: those behind it in the queue wait as well. */
const PATIENCE_MS = 30_000;

/**
 * A write of the queue (src/offline/queue.ts): the same call with the same key, until it is answered. The server takes it from
 * its `author` alone, also when somebody else has signed in through another window.
 */
export async function write(author: string, method: "POST" | "PATCH", path: string, body: unknown, headers: Record<string, string>): Promise<unknown> {
  const response = await throwing(path, {
    method,
    headers: { "content-type": "application/json", "x-cepatedge": author, ...headers },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  return response.json();
}
