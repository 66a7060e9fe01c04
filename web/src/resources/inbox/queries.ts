// What is asked of the API about notices.
import { infiniteQueryOptions, type InfiniteData, type QueryClient } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import type { Schema } from "@/api/types";
import { orLastAnswer } from "@/offline/answers";
import { UNREAD } from "./Unread";

export type Notice = Schema<"NoticeItem">;

export const INBOX = ["inbox", "list"] as const;
const PAGE = 50;

export const inboxOptions = (unread: boolean) =>
  infiniteQueryOptions({
    queryKey: [...INBOX, unread],
    queryFn: ({ pageParam, signal }) => {
      const ask = () => dataOf(api.GET("/api/me/inbox", { params: { query: { unread: unread || undefined, limit: PAGE, cursor: pageParam } }, signal }));
      return pageParam === undefined ? orLastAnswer(JSON.stringify([...INBOX, unread]), ask) : ask();
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

type Pages = InfiniteData<Schema<"NoticePage">>;

/** What is read is shown as read at once; in the list of the unread it stays, so that nothing moves under a hand. */
function show(client: QueryClient, isRead: (notice: Notice) => boolean) {
  client.setQueriesData<Pages>({ queryKey: INBOX }, (data) => data && {
    ...data,
    pages: data.pages.map((page) => ({ ...page, items: page.items.map((item) => (item.unread && isRead(item) ? { ...item, unread: false } : item)) })),
  });
}

/** Marks one notice as read, or it and all before it. */
export async function markRead(client: QueryClient, notice: Notice, andBefore = false) {
  show(client, ({ id, ts }) => id === notice.id || (andBefore && ts <= notice.ts));
  try {
    const { unread } = await dataOf(api.POST("/api/me/inbox/read", { body: andBefore ? { until: notice.id } : { ids: [notice.id] } }));
    client.setQueryData(UNREAD, unread);
  } catch (error) {
    void client.invalidateQueries({ queryKey: INBOX });
    throw error;
  }
}
