// The place or the asset that a request names, as it is called now, as the way to its page. What it was called when it was named
// stands there until that is known, and where nothing can be asked.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { assetOptions } from "@/resources/asset/queries";
import { remember, sayLabel, type Noun } from "@/resources/request/named";
import { placeOptions } from "./queries";

export default function NamedLink({ noun, id, said }: { noun: Noun; id: string; said: string }) {
  const place = useQuery({ ...placeOptions(id), enabled: noun === "location", retry: false }).data;
  const asset = useQuery({ ...assetOptions(id), enabled: noun === "asset", retry: false }).data;
  const now = place ?? asset;
  if (now) remember({ ...now, id });
  return <Link to={noun === "location" ? "/places/$id" : "/assets/$id"} params={{ id: now?.id ?? id }} className="font-semibold text-accent-text hover:underline">{now ? sayLabel(now) : said}</Link>;
}
