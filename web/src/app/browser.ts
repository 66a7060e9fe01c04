/** A browser as its owner would call it: `Firefox on Windows`. */
export function browserOf(userAgent: string): string {
  const browser = ([["Edg/", "Edge"], ["OPR/", "Opera"], ["Firefox/", "Firefox"], ["Chrome/", "Chrome"], ["Safari/", "Safari"]] as const).find(([mark]) => userAgent.includes(mark))?.[1];
  const system = ([["Android", "Android"], ["iPhone", "iPhone"], ["iPad", "iPad"], ["Windows", "Windows"], ["Mac OS", "macOS"], ["Linux", "Linux"]] as const).find(([mark]) => userAgent.includes(mark))?.[1];
  if (browser === undefined) return userAgent.slice(0, 60) || "?";
  return system === undefined ? browser : `${browser} · ${system}`;
}
