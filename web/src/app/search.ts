// The query string as people write it: `status=submitted,approved`, not JSON.
export const parseSearch = (search: string): Record<string, string> => Object.fromEntries(new URLSearchParams(search));

export function stringifySearch(search: Record<string, unknown>): string {
  const present = Object.entries(search).filter(([, value]) => value !== undefined && value !== "" && value !== null);
  const text = present.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value)).replaceAll("%2C", ",")}`).join("&");
  return text === "" ? "" : `?${text}`;
}
