// The live connection of the inbox: how many notices are unread, and that there is a new one.
import type { QueryClient } from "@tanstack/react-query";
import type { Schema } from "@/api/types";
import { LiveSocket } from "@/live/socket";
import { INBOX } from "./queries";
import { UNREAD } from "./Unread";

/** Listens until the function that it gives is called. */
export function watchInbox(client: QueryClient): () => void {
  const socket = new LiveSocket({
    path: () => "/api/me/inbox/live",
    message: (message) => {
      const heard = message as Schema<"InboxMessage">;
      client.setQueryData(UNREAD, heard.unread);
      // An installed app has the number on its icon.
      void navigator.setAppBadge?.(heard.unread).catch(() => undefined);
      if (heard.type === "notice") void client.invalidateQueries({ queryKey: INBOX });
    },
    connection: (now) => {
      // What was told while nobody listened.
      if (now === "live") void client.invalidateQueries({ queryKey: INBOX });
    },
  });
  return () => socket.close();
}
