/** Gives the browser a file to save. */
export function save(blob: Blob, name: string) {
  const url = URL.createObjectURL(blob);
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  // The browser reads it behind the click.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
