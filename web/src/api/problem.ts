// Why a call did not succeed.
import type { RequestRecord, Schema } from "./types";

export type Problem = Omit<Schema<"Problem">, "record"> & { record?: RequestRecord | null };

/** The server refused, with its reasons. */
export class ApiError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
    this.name = "ApiError";
  }
  /** The problem's rule for one input, where it broke one. */
  field(name: string) {
    return this.problem.errors?.find((error) => error.field === name);
  }
}

/** No answer came: no network, or no server. The same call may be made again, with the same idempotency key. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super("unreachable", { cause });
    this.name = "Unreachable";
  }
}

export const isCode = (error: unknown, ...codes: string[]): error is ApiError =>
  error instanceof ApiError && codes.includes(error.problem.code);

/** Whether the same call may succeed later, unchanged. */
export const isPassing = (error: unknown) =>
  error instanceof Unreachable || (error instanceof ApiError && [429, 502, 503, 504].includes(error.problem.status));

export async function problemOf(response: Response): Promise<Problem> {
  try {
    const problem = (await response.clone().json()) as Partial<Problem>;
    if (typeof problem.code === "string") return problem as Problem;
  } catch {
    // Something between us and the server answered; its words are not ours to show.
  }
  return {
    type: "about:blank",
    title: response.statusText,
    status: response.status,
    detail: "",
    code: response.status === 404 ? "not_found" : response.status >= 502 ? "unavailable" : "internal",
    request_id: response.headers.get("x-request-id") ?? "",
    errors: [],
  };
}
