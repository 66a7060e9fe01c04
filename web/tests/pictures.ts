// Files to attach: made here, so that what becomes of each can be known.
import type { Page } from "@playwright/test";

export interface Given { name: string; mimeType: string; buffer: Buffer }

/** A photo as a browser encodes one, with a gradient, so that it is no few bytes. */
export async function photo(page: Page, name: string, width = 640, height = 480, hue = 200): Promise<Given> {
  const base64 = await page.evaluate(async ([width, height, hue]) => {
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext("2d")!;
    const gradient = context.createLinearGradient(0, 0, width, height);
    gradient.addColorStop(0, `hsl(${hue} 70% 30%)`);
    gradient.addColorStop(1, `hsl(${hue + 60} 80% 75%)`);
    context.fillStyle = gradient;
    context.fillRect(0, 0, width, height);
    context.fillStyle = "white";
    context.fillRect(0, 0, width / 8, height / 8);
    const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 });
    return btoa([...new Uint8Array(await blob.arrayBuffer())].map((byte) => String.fromCharCode(byte)).join(""));
  }, [width, height, hue] as const);
  return { name, mimeType: "image/jpeg", buffer: Buffer.from(base64, "base64") };
}

/** The same as a phone writes it: lying on its side, with where it was taken. */
export function asFromPhone({ buffer, ...photo }: Given, orientation = 6): Given {
  const entry = (tag: number, type: number, count: number, value: number) => {
    const bytes = Buffer.alloc(12);
    bytes.writeUInt16BE(tag, 0);
    bytes.writeUInt16BE(type, 2);
    bytes.writeUInt32BE(count, 4);
    if (type === 3) bytes.writeUInt16BE(value, 8);
    else bytes.writeUInt32BE(value, 8);
    return bytes;
  };
  const number = (value: number, size: 2 | 4) => {
    const bytes = Buffer.alloc(size);
    if (size === 2) bytes.writeUInt16BE(value);
    else bytes.writeUInt32BE(value);
    return bytes;
  };
  const gps = [number(1, 2), entry(0x0000, 1, 4, 0x02030000), number(0, 4)];
  const tiff = Buffer.concat([Buffer.from("MM"), number(42, 2), number(8, 4), number(2, 2), entry(0x0112, 3, 1, orientation), entry(0x8825, 4, 1, 38), number(0, 4), ...gps]);
  const body = Buffer.concat([Buffer.from("Exif\0\0"), tiff]);
  return { ...photo, buffer: Buffer.concat([buffer.subarray(0, 2), Buffer.from([0xff, 0xe1]), number(body.length + 2, 2), body, buffer.subarray(2)]) };
}

/** Half a second of a colour, as a browser records it. */
export async function film(page: Page, name: string): Promise<Given> {
  const base64 = await page.evaluate(async () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 180 });
    const context = canvas.getContext("2d")!;
    const parts: Blob[] = [];
    const recorder = new MediaRecorder(canvas.captureStream(30), { mimeType: "video/webm" });
    recorder.ondataavailable = ({ data }) => void parts.push(data);
    const isDone = new Promise((resolve) => (recorder.onstop = resolve));
    recorder.start();
    for (let hue = 0; hue < 20; hue++) {
      context.fillStyle = `hsl(${hue * 18} 80% 50%)`;
      context.fillRect(0, 0, 320, 180);
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    recorder.stop();
    await isDone;
    return btoa([...new Uint8Array(await new Blob(parts).arrayBuffer())].map((byte) => String.fromCharCode(byte)).join(""));
  });
  return { name, mimeType: "video/webm", buffer: Buffer.from(base64, "base64") };
}

export const text = (name: string, words: string): Given => ({ name, mimeType: "text/plain", buffer: Buffer.from(words) });

/** The smallest PDF that viewers open. */
export const pdf = (name: string): Given => ({
  name,
  mimeType: "application/pdf",
  buffer: Buffer.from("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"),
});
