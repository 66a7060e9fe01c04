// The list that somebody came from, as its page keeps it for this window: the requests before and after, and the way back.
export interface Trail { ids: string[]; href: string }

export function useNeighbours(id: string): { previous?: string; next?: string; list: string } {
  const { ids = [], href = "/requests" } = JSON.parse(sessionStorage.getItem("list") ?? "{}") as Partial<Trail>;
  const at = ids.indexOf(id);
  return at === -1 ? { list: href } : { previous: ids[at - 1], next: ids[at + 1], list: href };
}
