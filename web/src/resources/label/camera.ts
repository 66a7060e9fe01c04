// The camera, and what it reads: by the browser's own reader of codes where there is one, else by a library that comes then.
export type Trouble = "denied" | "none" | "busy";

interface Reader { read: (video: HTMLVideoElement) => Promise<string | undefined> }
interface Detector { detect: (source: HTMLVideoElement) => Promise<{ rawValue: string }[]> }
interface DetectorClass { new (options: { formats: string[] }): Detector; getSupportedFormats: () => Promise<string[]> }

/** A picture of this width is enough for a code that fills a third of it. */
const WIDTH = 640;

async function ownReader(): Promise<Reader | undefined> {
  const { BarcodeDetector: Own } = globalThis as { BarcodeDetector?: DetectorClass };
  if (!Own) return undefined;
  const formats = await Own.getSupportedFormats().catch((): string[] => []);
  if (!formats.includes("qr_code")) return undefined;
  const detector = new Own({ formats: ["qr_code"] });
  return { read: async (video) => (await detector.detect(video))[0]?.rawValue };
}

async function libraryReader(): Promise<Reader> {
  const { default: jsQR } = await import("jsqr");
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  return {
    read: (video) => {
      const scale = Math.min(1, WIDTH / video.videoWidth);
      [canvas.width, canvas.height] = [Math.round(video.videoWidth * scale), Math.round(video.videoHeight * scale)];
      context.drawImage(video, 0, 0, canvas.width, canvas.height);
      const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height);
      return Promise.resolve(jsQR(data, width, height)?.data || undefined);
    },
  };
}

export const makeReader = async () => (await ownReader()) ?? libraryReader();

/** The camera that looks away from whoever holds the device. Throws a Trouble. */
export async function openCamera(): Promise<MediaStream> {
  // A page that did not come by https has none.
  if (!navigator.mediaDevices?.getUserMedia) throw troubled("none");
  try {
    return await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    throw troubled(name === "NotAllowedError" || name === "SecurityError" ? "denied" : name === "NotFoundError" || name === "OverconstrainedError" ? "none" : "busy");
  }
}

const troubled = (trouble: Trouble) => Object.assign(new Error(trouble), { trouble });

export const troubleOf = (error: unknown): Trouble => (error as { trouble?: Trouble }).trouble ?? "busy";

/** The light beside the camera, where it has one. */
export function torchOf(stream: MediaStream): { set: (isOn: boolean) => Promise<void> } | undefined {
  const track = stream.getVideoTracks()[0];
  const { torch } = (track?.getCapabilities?.() ?? {}) as { torch?: boolean };
  if (!track || !torch) return undefined;
  return { set: (isOn) => track.applyConstraints({ advanced: [{ torch: isOn } as MediaTrackConstraintSet] }) };
}
