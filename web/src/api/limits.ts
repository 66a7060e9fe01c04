// How long what people write may be, in characters as the server counts them (src/domain/validation.rs): an emoji is one,
// where the browser's own maxlength counts two and cuts what is pasted without a word.
export const LIMITS = { title: 200, description: 10_000, reason: 2_000, resolution: 5_000, body: 10_000, name: 100 } as const;

export const isTooLong = (text: string, limit: number) => text.length > limit && [...text.trim()].length > limit;
