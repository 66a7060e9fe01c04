import { useEffect, useRef, type RefObject } from "react";

/** Takes files that are pasted or dropped anywhere on the form around `place`. Text stays text: a table that is copied has a picture of itself beside it. */
export function useArrivals(place: RefObject<HTMLElement | null>, take: (files: readonly File[]) => void) {
  const latest = useRef(take);
  useEffect(() => void (latest.current = take));
  useEffect(() => {
    const form = place.current?.closest<HTMLElement>("form");
    if (!form) return;
    const hasFiles = (data: DataTransfer | null): data is DataTransfer => data?.types.includes("Files") ?? false;
    const paste = (event: ClipboardEvent) => {
      const data = event.clipboardData;
      if (!hasFiles(data) || data.types.includes("text/plain") || data.files.length === 0) return;
      event.preventDefault();
      latest.current([...data.files]);
    };
    const over = (event: DragEvent) => {
      if (!hasFiles(event.dataTransfer)) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "copy";
      form.dataset.dropping = "";
    };
    const leave = ({ relatedTarget }: DragEvent) => {
      if (!(relatedTarget instanceof Node) || !form.contains(relatedTarget)) delete form.dataset.dropping;
    };
    const drop = (event: DragEvent) => {
      delete form.dataset.dropping;
      if (!hasFiles(event.dataTransfer)) return;
      event.preventDefault();
      latest.current([...event.dataTransfer.files]);
    };
    // Beside the form, the browser would leave the page for the file.
    const beside = (event: DragEvent) => {
      if (event.defaultPrevented || !hasFiles(event.dataTransfer)) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "none";
    };
    addEventListener("dragover", beside);
    addEventListener("drop", beside);
    form.addEventListener("paste", paste);
    form.addEventListener("dragover", over);
    form.addEventListener("dragleave", leave);
    form.addEventListener("drop", drop);
    return () => {
      removeEventListener("dragover", beside);
      removeEventListener("drop", beside);
      form.removeEventListener("paste", paste);
      form.removeEventListener("dragover", over);
      form.removeEventListener("dragleave", leave);
      form.removeEventListener("drop", drop);
    };
  }, [place]);
}
