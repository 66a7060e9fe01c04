// How long what people write may be, in characters as the server counts them (crates/base/src/text.rs): an emoji is one,
// where the browser's own maxlength counts two and cuts what is pasted without a word.
import { MAX_LENGTH } from "./words";

const { reason, resolution } = MAX_LENGTH.ActionBody;
/** Of what is written into a request after its report; those of the report are with its fields. `name` is not in the document. */
export const LIMITS = { reason, resolution, comment: MAX_LENGTH.CommentBodyInput.body, name: 100 } as const;

export const isTooLong = (text: string, limit: number) => text.length > limit && [...text.trim()].length > limit;
