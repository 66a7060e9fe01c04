// What is asked of the API about the store of files.
import { queryOptions } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import type { Schema } from "@/api/types";

export type FilesReport = Schema<"FilesReport">;

export const filesOptions = queryOptions({ queryKey: ["storage"], queryFn: ({ signal }) => dataOf(api.GET("/api/system/files", { signal })) });

/** Begins a sweep, or goes on with it for a few seconds. */
export const checkFiles = () => dataOf(api.POST("/api/system/files/check"));
