// A picture of a video, for where it is shown in small.

/** Nobody waits longer for it, in milliseconds. */
const PATIENCE_MS = 6_000;
/** The very first is often black, in seconds. */
const AT_S = 1;

const once = (video: HTMLVideoElement, event: string, signal: AbortSignal) =>
  new Promise<void>((resolve, reject) => {
    video.addEventListener(event, () => resolve(), { once: true, signal });
    video.addEventListener("error", () => reject(new Error("no video")), { once: true, signal });
    signal.addEventListener("abort", () => reject(new Error("too slow")), { once: true });
  });

/** One of its pictures; throws where the browser cannot show it, or not soon. */
export async function posterOf(file: Blob): Promise<ImageBitmap> {
  const address = URL.createObjectURL(file);
  const video = Object.assign(document.createElement("video"), { muted: true, playsInline: true, preload: "auto" });
  const signal = AbortSignal.timeout(PATIENCE_MS);
  try {
    const isLoaded = once(video, "loadeddata", signal);
    video.src = address;
    await isLoaded;
    const isThere = once(video, "seeked", signal);
    // What was recorded by a browser does not know how long it is.
    video.currentTime = Number.isFinite(video.duration) ? Math.min(AT_S, video.duration / 2) : 0.1;
    await isThere;
    return await createImageBitmap(video);
  } finally {
    video.removeAttribute("src");
    video.load();
    URL.revokeObjectURL(address);
  }
}
