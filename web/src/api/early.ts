// The answers that boot.js asked for before the app was there. Each serves once, at the start; later ones would be old.

const early = (globalThis as { early?: Map<string, Promise<Response>> }).early ?? new Map<string, Promise<Response>>();

/** The answer to this question, if it was asked early. */
export function takeEarly(input: RequestInfo | URL): Promise<Response> | undefined {
  if (!(input instanceof Request) || input.method !== "GET") return undefined;
  const { pathname, search } = new URL(input.url);
  const answer = early.get(pathname + search);
  early.delete(pathname + search);
  return answer;
}

/** From here on every question is asked anew. */
export const endOfStart = () => early.clear();
