import { useQuery } from "@tanstack/react-query";
import { assetOptions } from "@/resources/asset/queries";
import { labelOf, sayLabel, type Noun } from "@/resources/request/named";
import { placeOptions } from "./queries";

/** What a place or an asset is called. */
export default function ThingName({ noun, id }: { noun: Noun; id: string }) {
  const place = useQuery({ ...placeOptions(id), enabled: noun === "location" }).data;
  const asset = useQuery({ ...assetOptions(id), enabled: noun === "asset" }).data;
  const label = place ?? asset ?? labelOf(id);
  return label ? sayLabel(label) : "…";
}
