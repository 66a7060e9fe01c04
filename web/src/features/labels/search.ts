// What the address of the page of labels says: whose labels they are.
import type { AssetSearch } from "@/resources/asset/queries";

/** `place`: this one, and, if one likes, what is in it; `thing`: this asset; `list`: the assets of a list, by its filters. None: labels that are on nothing yet. */
export interface LabelsSearch extends AssetSearch { place?: string; thing?: string; list?: true }
