// What is to be known of assets by their category, as the organisation has set it.
import { queryOptions } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import { orLastAnswer } from "@/offline/answers";

export const assetCategoriesOptions = queryOptions({
  queryKey: ["asset-categories"],
  queryFn: ({ signal }) => orLastAnswer("asset categories", () => dataOf(api.GET("/api/asset-categories", { signal }))),
  staleTime: 60_000,
});
