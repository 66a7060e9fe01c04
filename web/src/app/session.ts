// Who is signed in. The session itself is a cookie that no script can read; the profile is kept so that the app opens
// without a network, as the person who used it last.
import { queryOptions, type QueryClient } from "@tanstack/react-query";
import { useRouteContext } from "@tanstack/react-router";
import { api, dataOf } from "@/api/client";
import { Unreachable, isCode } from "@/api/problem";
import { forgetAnswers } from "@/offline/answers";
import type { Profile, Schema } from "@/api/types";

const KEPT = "profile";

/** Whether this person is the one who is signed in here, as far as any window knows. */
export function isSignedIn(user: string): boolean {
  const kept = localStorage.getItem(KEPT);
  return kept !== null && (JSON.parse(kept) as Profile).user.id === user;
}

/** Hears, in this window, that in another one somebody signed out, or signed in as somebody else. */
export function onOtherPerson(client: QueryClient, left: (isSignedOut: boolean) => void): () => void {
  const hear = ({ key, newValue }: StorageEvent) => {
    const me = client.getQueryData(meOptions.queryKey)?.user.id;
    if ((key !== KEPT && key !== null) || me === undefined || isSignedIn(me)) return;
    client.clear();
    left(newValue === null);
  };
  addEventListener("storage", hear);
  return () => removeEventListener("storage", hear);
}

export const meOptions = queryOptions({
  queryKey: ["me"],
  staleTime: Infinity,
  retry: false,
  queryFn: async (): Promise<Profile> => {
    try {
      return keep(await dataOf(api.GET("/api/me")));
    } catch (error) {
      const kept = localStorage.getItem(KEPT);
      if (error instanceof Unreachable && kept !== null) return JSON.parse(kept) as Profile;
      if (isCode(error, "unauthenticated")) localStorage.removeItem(KEPT);
      throw error;
    }
  },
});

function keep(profile: Profile): Profile {
  localStorage.setItem(KEPT, JSON.stringify(profile));
  return profile;
}

export async function signIn(client: QueryClient, email: string, password: string) {
  await becomes(client, await dataOf(api.POST("/api/auth/login", { body: { email, password } })));
}

/** The password was right, or was set; a second step is needed. */
export class SecondStepNeeded extends Error {
  constructor(readonly step: Schema<"SecondFactor">) {
    super("second step");
  }
}

/** This person is signed in from now on. Throws SecondStepNeeded where the server wants a second step first. */
export async function becomes(client: QueryClient, profile: Profile | Schema<"SecondStep">) {
  if ("second_factor" in profile) throw new SecondStepNeeded(profile.second_factor);
  await forgetAnswers().catch(() => undefined);
  client.clear();
  client.setQueryData(meOptions.queryKey, keep(profile));
}

/** Throws an ApiError that names the field when the name is none. */
export async function rename(client: QueryClient, name: string) {
  client.setQueryData(meOptions.queryKey, keep(await dataOf(api.PATCH("/api/me", { body: { name } }))));
}

/** Drafts go with whoever leaves: to the server first, for as long as that does not keep anybody waiting. */
const LEAVING_MS = 3_000;

export async function signOut(client: QueryClient) {
  const user = client.getQueryData(meOptions.queryKey)?.user.id;
  const [{ leaveDrafts, pushAll }, { leaveDevice }] = await Promise.all([import("@/drafts/server"), import("@/resources/inbox/device")]);
  const leaving = Promise.allSettled([user && pushAll(user), leaveDevice()]);
  await Promise.race([leaving, new Promise((resolve) => setTimeout(resolve, LEAVING_MS))]);
  await api.POST("/api/auth/logout");
  if (user) leaveDrafts(user);
  forget(client);
}

export function forget(client: QueryClient) {
  void forgetAnswers().catch(() => undefined);
  localStorage.removeItem(KEPT);
  client.clear();
}

/** The signed-in user; inside the shell there always is one. */
export const useMe = () => useRouteContext({ from: "/app", select: ({ profile }) => profile.user });
