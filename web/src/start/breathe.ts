/** Ends the present task: a slow phone answers to a touch between two pieces of the start. */
export const breathe = () => new Promise<void>((resolve) => setTimeout(resolve));
