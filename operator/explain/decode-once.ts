/** Removes one layer of percent-encoding; undefined if there is none or if it is broken. */
export function decodeOnce(text: string): string | undefined {
  try {
    const decoded = decodeURIComponent(text);
    return decoded === text ? undefined : decoded;
  } catch {
    return undefined;
  }
}
