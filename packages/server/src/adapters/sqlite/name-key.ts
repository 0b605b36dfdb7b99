/** What is compared of a name: Unicode form NFKC in lower case, so that look-alikes of one letter are one. */
export function nameKey(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}
