// What is asked of the API about portraits: one small list of those who have one, for whoever is signed in.
import { queryOptions } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import { orLastAnswer } from "@/offline/answers";
import { noteAvatars } from "./avatars";

export const portraitsOptions = queryOptions({
  queryKey: ["avatars"],
  queryFn: async ({ signal }) => {
    const portraits = await orLastAnswer("avatars", () => // What one has just changed is asked for anew, whatever the browser keeps of this list.
      dataOf(api.GET("/api/avatars", { signal, cache: "no-cache" })));
    noteAvatars(portraits.items);
    return portraits;
  },
  staleTime: 60_000,
  refetchOnWindowFocus: true,
  retry: false,
});
