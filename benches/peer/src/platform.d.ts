// What the runtime has and the type packages do not know yet.

type Alphabet = { alphabet?: "base64" | "base64url" };

interface Uint8ArrayConstructor {
  fromBase64(text: string, options?: Alphabet): Uint8Array<ArrayBuffer>;
  fromHex(text: string): Uint8Array<ArrayBuffer>;
}

interface Uint8Array {
  toBase64(options?: Alphabet & { omitPadding?: boolean }): string;
  toHex(): string;
}

declare module "node:crypto" {
  interface Hash {
    update(text: string): Hash;
    digest(encoding: "hex"): string;
  }
  export function createHash(algorithm: "sha256"): Hash;
}
