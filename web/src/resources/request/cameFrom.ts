// The list that a request was opened from, for the next and the previous one and for the way back. It is of this window, and
// survives a reload: `list` in the session's storage.

/** So many around the one that was opened are remembered. */
const MOST = 500;
const NAME = "list";

export interface CameFrom {
  /** In the order of the list. */
  ids: string[];
  /** Where the list is, with its filters. */
  address: string;
  /** The one that was looked at last: the focus is on its row when one comes back. */
  at: string;
  /** The entry of the browser's history that the list is, or `null` once any entry with its address will do. */
  entry: string | null;
}

const entryNow = () => (history.state as { __TSR_key?: string } | null)?.__TSR_key ?? "";

/** Called where a row is opened, while the list is still there. */
export function leaveList(ids: string[], at: string) {
  const start = Math.max(0, Math.min(ids.indexOf(at) - MOST / 2, ids.length - MOST));
  keep({ ids: ids.slice(start, start + MOST), address: location.pathname + location.search, at, entry: entryNow() });
}

export function cameFrom(): CameFrom | null {
  const kept = sessionStorage.getItem(NAME);
  return kept === null ? null : (JSON.parse(kept) as CameFrom);
}

/** Another of its requests is looked at. */
export function movedTo(at: string) {
  const list = cameFrom();
  if (list !== null) keep({ ...list, at });
}

/** The address of the list, for a link back to it; the focus will be on the row of the request that was looked at last. */
export function wayBack(): string | null {
  const list = cameFrom();
  if (list !== null) keep({ ...list, entry: null });
  return list?.address ?? null;
}

/** The row that one comes back to, if this list is the one that was left. Asked once. */
export function rowToReturnTo(): string | undefined {
  const list = cameFrom();
  if (list === null || list.address !== location.pathname + location.search || (list.entry ?? entryNow()) !== entryNow()) return undefined;
  keep({ ...list, entry: entryNow() });
  return list.at;
}

const keep = (list: CameFrom) => sessionStorage.setItem(NAME, JSON.stringify(list));
