// Why something is not done. A refusal crosses between objects as a value; only `http/problem.ts` knows statuses.

export type Refusal = {
  code: string;
  status: 400 | 401 | 403 | 404 | 409 | 412 | 411 | 413 | 415 | 416 | 422 | 429 | 500 | 503;
  title: string;
  detail: string;
  errors?: { field: string; code: string; detail: string }[];
  allowed_actions?: string[];
  record?: unknown;
  retryAfter?: number;
};

/** What an object answers. */
export type Outcome<T> = { ok: T } | { refused: Refusal };

export const ok = <T>(value: T): Outcome<T> => ({ ok: value });
export const refused = (refusal: Refusal): { refused: Refusal } => ({ refused: refusal });

/** Thrown inside of one Worker or object, never across a call. */
export class Refused extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.code);
  }
}

/** What `work` gives, or refuses with. */
export function attempt<T>(work: () => T): Outcome<T> {
  try {
    return ok(work());
  } catch (error) {
    if (error instanceof Refused) return refused(error.refusal);
    throw error;
  }
}

/** The value of an outcome; throws its refusal. */
export function taken<T>(outcome: Outcome<T>): T {
  if ("refused" in outcome) throw new Refused(outcome.refused);
  return outcome.ok;
}

export const notFound = (): Refused =>
  new Refused({ code: "not_found", status: 404, title: "Not found", detail: "There is nothing here that you can see." });

export const unauthenticated = (): Refused =>
  new Refused({ code: "unauthenticated", status: 401, title: "Not signed in", detail: "Sign in first." });

export const forbidden = (): Refused =>
  new Refused({ code: "forbidden", status: 403, title: "Forbidden", detail: "You are not allowed to do this." });

export const invalid = (field: string, code: string, detail: string): Refused =>
  new Refused({ code: "invalid", status: 400, title: "Invalid input", detail, errors: [{ field, code, detail }] });

export const invalidCursor = (): Refused =>
  new Refused({ code: "invalid_cursor", status: 400, title: "Invalid cursor", detail: "This cursor does not belong to this list." });

export const invalidTransition = (status: string, allowed: string[], record: unknown): Refused =>
  new Refused({
    code: "invalid_transition",
    status: 409,
    title: "Invalid transition",
    detail: `This cannot be done while the request is ${status}.`,
    allowed_actions: allowed,
    record,
  });

export const alreadyAssigned = (record: unknown): Refused =>
  new Refused({
    code: "already_assigned",
    status: 409,
    title: "Conflict",
    detail: "Somebody else has this request. To take it over, say so: take_over.",
    record,
  });

export const stale = (record: unknown): Refused =>
  new Refused({ code: "stale", status: 412, title: "Changed in the meantime", detail: "It has changed since you read it.", record });

export const keyReused = (): Refused =>
  new Refused({
    code: "idempotency_key_reused",
    status: 422,
    title: "Idempotency key reused",
    detail: "This idempotency key was used for a different call.",
  });

export const invalidCredentials = (): Refused =>
  new Refused({ code: "invalid_credentials", status: 401, title: "Invalid credentials", detail: "E-mail address or password is wrong." });

export const tooManyAttempts = (retryAfter: number): Refused =>
  new Refused({ code: "too_many_attempts", status: 429, title: "Too many attempts", detail: "Too many attempts. Try again later.", retryAfter });

export const unavailable = (what: string): Refused =>
  new Refused({ code: "unavailable", status: 503, title: "Temporarily unavailable", detail: `${what} is not available at the moment.`, retryAfter: 5 });
