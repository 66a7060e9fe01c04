// A picture as it is sent: upright, no larger than anybody needs, and without what the camera wrote into it, the place above all.
// The browser does it, by drawing the picture anew. What it cannot read (HEIC, in most) goes as it is, and so does what moves (GIF).
import { fit, type Size } from "./geometry";
import { cleanName, namedAs } from "./names";
import { posterOf } from "./poster";

/** In pixels: a sheet of paper is legible, a type plate sharp. */
const LARGEST = 2_560;
const THUMBNAIL = 320;
/** In bytes; the server takes no more. */
const THUMBNAIL_BYTES = 64_000;

export interface Prepared { name: string; bytes: Blob; thumbnail?: Blob }

/** What is drawn anew; the others would lose something by it. */
const REDRAWN = ["image/jpeg", "image/png", "image/webp", "image/heic", "image/heif", "image/avif", "image/bmp", "image/tiff"];

/** Draws `part` of a picture, or all of it, in this size. */
export async function drawn(picture: ImageBitmap, size: Size, type: string, quality: number, part = { x: 0, y: 0, width: picture.width, height: picture.height }): Promise<Blob> {
  const draw = (context: OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D | null) => {
    if (!context) throw new Error("no canvas");
    context.imageSmoothingQuality = "high";
    context.drawImage(picture, part.x, part.y, part.width, part.height, 0, 0, size.width, size.height);
  };
  if (typeof OffscreenCanvas !== "undefined") {
    const canvas = new OffscreenCanvas(size.width, size.height);
    draw(canvas.getContext("2d"));
    return canvas.convertToBlob({ type, quality });
  }
  const canvas = Object.assign(document.createElement("canvas"), size);
  draw(canvas.getContext("2d"));
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), type, quality));
}

/** In a type that may have nothing behind it: a photo needs none, a drawing may. */
const typeFor = (type: string) => (type === "image/png" || type === "image/webp" ? "image/webp" : "image/jpeg");

/** A small picture that is small in bytes, too; none where that cannot be done. */
export async function thumbnailOf(picture: ImageBitmap): Promise<Blob | undefined> {
  for (const [most, quality] of [[THUMBNAIL, 0.75], [THUMBNAIL, 0.5], [THUMBNAIL / 2, 0.5]] as const) {
    const small = await drawn(picture, fit(picture, most), "image/webp", quality);
    if (small.size <= THUMBNAIL_BYTES) return small;
  }
  return undefined;
}

export async function prepare(file: File, isOriginal: boolean): Promise<Prepared> {
  const asItIs: Prepared = { name: cleanName(file.name), bytes: file };
  if (file.type.startsWith("video/")) return { ...asItIs, thumbnail: await posterOf(file).then(thumbnailOf).catch(() => undefined) };
  if (!file.type.startsWith("image/") || file.type === "image/svg+xml") return asItIs;
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return asItIs;
  }
  try {
    const thumbnail = await thumbnailOf(picture).catch(() => undefined);
    if (isOriginal || !REDRAWN.includes(file.type)) return { ...asItIs, thumbnail };
    const bytes = await drawn(picture, fit(picture, LARGEST), typeFor(file.type), 0.85);
    return { name: namedAs(file.name, bytes.type), bytes, thumbnail };
  } catch {
    return asItIs;
  } finally {
    picture.close();
  }
}
