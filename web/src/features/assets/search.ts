import type { AssetSearch, AssetStatus } from "@/resources/asset/queries";
import { ASSET_STATUS } from "@/api/words";

/** What of an address makes sense. */
export function parseAssets(search: Record<string, unknown>): AssetSearch {
  const text = (value: unknown) => (value ? String(value).slice(0, 100) : undefined);
  const status: AssetStatus | undefined = ASSET_STATUS.find((word) => word === String(search.status ?? ""));
  const [q, location, category] = [text(search.q), text(search.location), text(search.category)];
  return { ...(q && { q }), ...(location && { location }), ...(category && { category }), ...(status && { status: [status] }) };
}
