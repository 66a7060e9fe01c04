// The part of a beginning that is settings: categories of requests, and what is to be known of assets. What is there stays; what is
// missing is added, and is taken away again as long as nobody has changed the setting since.
import { api, dataOf, etag } from "@/api/client";
import { isCode } from "@/api/problem";
import type { Schema } from "@/api/types";
import type { Run } from "../kept";
import { fold } from "../plans/names";
import { assetsOf, categoriesOf, type Starter } from "./shape";

type Setting = Schema<"Setting">;
type Named = { name: string };

const all = async () => (await dataOf(api.GET("/api/system/settings"))).items;
const put = ({ key, version }: Setting, value: unknown) =>
  dataOf(api.PUT("/api/system/settings/{key}", { params: { path: { key }, header: { "If-Match": etag(version) } }, body: { value: value as Schema<"SettingValue"> } }));

/** Puts what each change makes of a list. What was changed, with what it was. */
export async function changeSettings(changes: Record<string, (there: Named[]) => Named[]>): Promise<NonNullable<Run["settings"]>> {
  const changed: NonNullable<Run["settings"]> = [];
  for (const setting of await all()) {
    const there = setting.value as unknown as Named[];
    const after = changes[setting.key]?.(there);
    if (after === undefined || JSON.stringify(after) === JSON.stringify(there)) continue;
    const { version } = await put(setting, after);
    changed.push({ key: setting.key, version, before: JSON.stringify(there) === JSON.stringify(setting.default) ? null : there });
  }
  return changed;
}

const withMissing = (wanted: Named[]) => (there: Named[]) => [...there, ...wanted.filter(({ name }) => !there.some((known) => fold(known.name) === fold(name)))];

/** Adds what is missing. What was changed, with what it was. */
export const addSettings = (starter: Starter) =>
  changeSettings({ categories: withMissing(categoriesOf(starter.categories)), asset_categories: withMissing(assetsOf(starter.assets)) });

/** Whether all of it could be taken back. */
export async function removeSettings(changed: NonNullable<Run["settings"]>): Promise<boolean> {
  const now = await all();
  let isAll = true;
  for (const { key, version, before } of changed) {
    const setting = now.find((one) => one.key === key);
    try {
      if (setting?.version === version) await put(setting, before);
      else isAll = false;
    } catch (error) {
      if (!isCode(error, "stale")) throw error;
      isAll = false;
    }
  }
  return isAll;
}
