/** Milliseconds before attempt number `attempt` (from 0) at reconnecting: exponential with full jitter, as on the server. */
export function backoffMs(attempt: number, random = Math.random()): number {
  const ceiling = Math.min(250 * 2 ** Math.min(attempt, 16), 15_000);
  return Math.round(100 + (ceiling - 100) * random);
}
