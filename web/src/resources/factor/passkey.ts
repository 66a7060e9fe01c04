// The browser's side of passkeys (Web Authentication): the server's options as the browser wants them, and its answer as JSON. By hand
// instead of `parseRequestOptionsFromJSON` and `toJSON`, which Safari has had for a short time only.
import type { Schema } from "@/api/types";

export const hasPasskeys = () => typeof PublicKeyCredential === "function" && "credentials" in navigator;

const bytes = (text: string) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
const text = (buffer: ArrayBuffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const known = (list: Schema<"Descriptor">[]) => list.map(({ id }) => ({ type: "public-key" as const, id: bytes(id) }));

/** Nobody pressed anything wrong: they closed the browser's window, or let it wait. */
export const isGivenUp = (error: unknown) => error instanceof DOMException && ["NotAllowedError", "AbortError"].includes(error.name);
/** The device has a passkey of theirs already. */
export const isKnownHere = (error: unknown) => error instanceof DOMException && error.name === "InvalidStateError";

/** Asks for one of the user's passkeys; with `conditional`, in what the browser offers in a field. */
export async function usePasskey(options: Schema<"PasskeyRequest">, conditional?: AbortSignal): Promise<Schema<"PasskeyAnswer">> {
  const { challenge, rpId, allowCredentials, timeout, userVerification } = options;
  const publicKey: PublicKeyCredentialRequestOptions = {
    challenge: bytes(challenge), rpId, allowCredentials: known(allowCredentials), timeout,
    userVerification: userVerification as UserVerificationRequirement,
  };
  const found = await navigator.credentials.get(conditional ? { publicKey, mediation: "conditional", signal: conditional } : { publicKey });
  const { id, response } = found as PublicKeyCredential;
  const { clientDataJSON, authenticatorData, signature } = response as AuthenticatorAssertionResponse;
  return { id, response: { clientDataJSON: text(clientDataJSON), authenticatorData: text(authenticatorData), signature: text(signature) } };
}

/** Makes a passkey of the user's. */
export async function makePasskey(options: Schema<"PasskeyCreation">): Promise<Schema<"NewPasskeyAnswer">> {
  const { rp, user, challenge, pubKeyCredParams, timeout, excludeCredentials, authenticatorSelection: { residentKey, userVerification } } = options;
  const made = await navigator.credentials.create({
    publicKey: {
      rp, challenge: bytes(challenge), timeout, excludeCredentials: known(excludeCredentials), attestation: "none",
      user: { id: bytes(user.id), name: user.name, displayName: user.displayName },
      pubKeyCredParams: pubKeyCredParams.map(({ alg }) => ({ type: "public-key" as const, alg })),
      authenticatorSelection: { residentKey: residentKey as ResidentKeyRequirement, userVerification: userVerification as UserVerificationRequirement },
    },
  });
  const { clientDataJSON, attestationObject } = (made as PublicKeyCredential).response as AuthenticatorAttestationResponse;
  return { response: { clientDataJSON: text(clientDataJSON), attestationObject: text(attestationObject) } };
}

/** What a browser calls itself, to tell passkeys apart until their owner does. */
export function deviceName(): string {
  const { userAgent } = navigator;
  return /iPhone|iPad|Android|Windows|Mac|Linux/.exec(userAgent)?.[0] ?? "Passkey";
}
