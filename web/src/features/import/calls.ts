// How requests and people are brought in and taken back: what is done already cannot be deleted, so it is undone as one would by hand.
import { api, dataOf, etag } from "@/api/client";
import { ApiError } from "@/api/problem";
import type { Schema } from "@/api/types";
import type { Words } from "./run";

export type Made = { id: string; version: number; link?: string };

export interface Calls {
  make: (body: object, key: string) => Promise<Made>;
  change?: (id: string, version: number, body: object) => Promise<Made>;
  /** False where it has to stay. */
  remove: (id: string, version: number, words: Words, body: object) => Promise<unknown>;
}

export const requests: Calls = {
  make: (body, key) => dataOf(api.POST("/api/requests", { params: { header: { "Idempotency-Key": key } }, body: body as Schema<"NewRequestBody"> })),
  // Cancelled, as long as nothing has happened to it.
  remove: (id, version, { takenBack }) => dataOf(api.POST("/api/requests/{id}/{action}", {
    params: { path: { id, action: "cancel" }, header: { "If-Match": etag(version), "Idempotency-Key": `import-back-${id}` } },
    body: { reason: takenBack },
  })),
};

async function accountOf(body: object) {
  const { email, username } = body as Schema<"InviteBody">;
  const login = (email ?? username ?? "").toLowerCase();
  const { items } = await dataOf(api.GET("/api/system/users", { params: { query: { q: login } } }));
  return items.find((one) => [one.email, one.username].includes(login));
}

export const people: Calls = {
  make: async (body) => {
    try {
      const { user, token } = await dataOf(api.POST("/api/users", { body: body as Schema<"InviteBody"> }));
      return { id: user.id, version: 0, link: `${location.origin}/invitation#${token}` };
    } catch (error) {
      // The answer was lost, and they were invited: the check before has not found them.
      const there = error instanceof ApiError && error.problem.status === 409 ? await accountOf(body) : undefined;
      if (there?.status !== "invited") throw error;
      return { id: there.id, version: 0 };
    }
  },
  // Disabled, as long as they have not come.
  remove: async (id, _version, _words, body) => {
    const there = await accountOf(body);
    return there?.id === id && there.status === "invited" && dataOf(api.PATCH("/api/users/{id}", { params: { path: { id } }, body: { status: "disabled" } }));
  },
};
