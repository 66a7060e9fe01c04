/** Words of people inside of a sentence of ours: their direction is their own, and does not turn what stands around them. */
export const isolated = (words: string) => `\u2068${words}\u2069`;
