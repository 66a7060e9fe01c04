// What is asked of the API about labels.
import { queryOptions } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import type { Schema } from "@/api/types";
import { orLastAnswer } from "@/offline/answers";
import { sayLabel, type Noun } from "@/resources/request/named";

export type Label = Schema<"Label">;
/** What a label is on. */
export interface OnThing { noun: Noun; id: string; name: string; where: string; isUsed: boolean; location: string | undefined }

export const labelOptions = (code: string) =>
  queryOptions({
    queryKey: ["label", code],
    queryFn: ({ signal }) => orLastAnswer(`label ${code}`, () => dataOf(api.GET("/api/labels/{code}", { params: { path: { code } }, signal }))),
    staleTime: 5_000,
  });

/** With the same key the same ones. */
export const makeLabels = (body: Schema<"LabelsBody">, key: string) => dataOf(api.POST("/api/labels", { params: { header: { "Idempotency-Key": key } }, body }));

/** Says what a label is on; `isSure` also if it is on something else. */
export const bindLabel = (code: string, noun: Noun, id: string, isSure: boolean) =>
  dataOf(api.POST("/api/labels/{code}/bind", { params: { path: { code } }, body: { [`${noun}_id`]: id, ...(isSure && { rebind: true }) } }));

/** What it is on; nothing, of one that was made beforehand and is on nothing yet. */
export function thingOf({ location, asset }: Pick<Label, "location" | "asset">): OnThing | undefined {
  if (location) return { noun: "location", id: location.id, name: location.name, where: location.path.map(({ name }) => name).join(" › "), isUsed: !location.archived, location: location.id };
  if (asset) return { noun: "asset", id: asset.id, name: asset.name, where: [asset.code, asset.location && sayLabel(asset.location)].filter(Boolean).join(" · "), isUsed: asset.status !== "retired", location: asset.location?.id };
  return undefined;
}
