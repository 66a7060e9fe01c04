// What changes the files of a request, and what the page knows of it at once; the live message says the same a moment later.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import { toastError } from "@/app/ErrorWords";
import { requestOptions } from "@/resources/request/queries";
import { changed, removed, type Attachment, type Mark } from "./attachment";

export function useMark(request: string, { id }: Attachment) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (mark: Mark | null) => dataOf(api.PATCH("/api/requests/{id}/attachments/{file}", { params: { path: { id: request, file: id } }, body: { mark } })),
    onSuccess: (now) => client.setQueryData(requestOptions(request).queryKey, (view) => view && changed(view, now)),
    onError: toastError,
  });
}

/** `onGone` runs before the page knows: what shows the file is told where else to look. */
export function useDelete(request: string, { id }: Attachment, onGone: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api.DELETE("/api/requests/{id}/attachments/{file}", { params: { path: { id: request, file: id } } }),
    onSuccess: () => {
      onGone();
      client.setQueryData(requestOptions(request).queryKey, (view) => view && removed(view, id));
    },
    // The live connection brings the event at once; without it, it is asked for.
    onSettled: () => setTimeout(() => void client.invalidateQueries({ queryKey: requestOptions(request).queryKey }), 1_000),
  });
}
