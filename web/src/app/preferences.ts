// What somebody chose, as far as this browser has to know it: asked for when they sign in, and kept when they change it.
import { queryOptions, useMutation } from "@tanstack/react-query";
import { choose, type Language } from "@/i18n";
import { api, dataOf } from "@/api/client";
import type { Schema } from "@/api/types";
import { keepZone } from "@/ui/zones";
import { toastError } from "./ErrorWords";

export type Preferences = Schema<"PreferencesShown">;

export const preferencesOptions = queryOptions({
  queryKey: ["me", "preferences"],
  queryFn: async ({ signal }) => keep(await dataOf(api.GET("/api/me/preferences", { signal }))),
});

/** The times of this browser are this person's. */
export function keep(preferences: Preferences): Preferences {
  keepZone("time-zone", preferences.time_zone);
  return preferences;
}

const PAGES = { home: "/", requests: "/requests", work: "/requests?assignee=me&status=assigned,in_progress,on_hold", new: "/new" };

/** The page that comes first after signing in; home, where that is not known. */
export async function startPage(): Promise<string> {
  const chosen = await dataOf(api.GET("/api/me/preferences")).then(keep, () => undefined);
  return PAGES[chosen?.start_page ?? "home"];
}

/** Chooses the language of this device and of what one is written: the page changes at once, letters follow when the account knows. */
export function useChooseLanguage(): (language: Language) => void {
  const choosing = useMutation({
    mutationFn: async (language: Language) => {
      await choose(language);
      return dataOf(api.PUT("/api/me/language", { body: { language } }));
    },
    onError: toastError,
  });
  return (language) => choosing.mutate(language);
}
