// Where a picture stands in its frame, how large, and which part of it is seen. Pure: the viewer and the crop of a portrait share it.

export interface Size { width: number; height: number }
export interface Point { x: number; y: number }
/** The picture is `scale` times as large as when it just fits (or fills), and its middle is so far from the frame's. */
export interface View extends Point { scale: number }

export const WHOLE: View = { scale: 1, x: 0, y: 0 };
/** No nearer than this. */
export const NEAREST = 8;

/** As large as fits into a square of `most`, and never larger than it is. */
export function fit({ width, height }: Size, most: number): Size {
  const scale = Math.min(1, most / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** The size in which the whole picture is seen, or, with `isFilling`, in which nothing of the frame is left empty. */
export function laid(picture: Size, frame: Size, isFilling = false): Size {
  const ratios = [frame.width / picture.width, frame.height / picture.height];
  const scale = isFilling ? Math.max(...ratios) : Math.min(...ratios, 1);
  return { width: picture.width * scale, height: picture.height * scale };
}

/** Never the negative zero, which is another value to those who compare. */
const within = (value: number, most: number) => Math.min(Math.max(value, -most), most) + 0;

/** No further away than that the picture still reaches the frame's edges, where it is larger than the frame. */
export function bounded({ scale, x, y }: View, laid: Size, frame: Size): View {
  const most = (picture: number, frame: number) => Math.max(0, (picture * scale - frame) / 2);
  return { scale, x: within(x, most(laid.width, frame.width)), y: within(y, most(laid.height, frame.height)) };
}

/** Nearer by `factor`, while what is at `at`, counted from the middle of the frame, stays there. */
export function zoomed(view: View, factor: number, laid: Size, frame: Size, at: Point = { x: 0, y: 0 }): View {
  const scale = Math.min(Math.max(view.scale * factor, 1), NEAREST);
  const ratio = scale / view.scale;
  return bounded({ scale, x: at.x - (at.x - view.x) * ratio, y: at.y - (at.y - view.y) * ratio }, laid, frame);
}

export const moved = (view: View, by: Point, laid: Size, frame: Size): View => bounded({ ...view, x: view.x + by.x, y: view.y + by.y }, laid, frame);

/** The part of the picture, in its own pixels, that a frame which it fills shows. */
export function seenPart(picture: Size, frame: Size, view: View): Point & Size {
  const size = laid(picture, frame, true);
  const perPixel = picture.width / (size.width * view.scale);
  const part = { width: frame.width * perPixel, height: frame.height * perPixel };
  return { x: (picture.width - part.width) / 2 - view.x * perPixel, y: (picture.height - part.height) / 2 - view.y * perPixel, ...part };
}
