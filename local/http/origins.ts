/*
 * Lists of web origins, such as `https://app.example.test`. The port may be `*`, which is every port,
 * also the default one.
 */

const form = /^https?:\/\/(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(?:\*|[0-9]{1,5}))?$/;

/** Splits a list at commas and spaces. Returns the first entry that is not an origin as `invalid`. */
export function parseOrigins(
  text: string,
): { readonly origins: readonly string[] } | { readonly invalid: string } {
  const origins = text.split(/[\s,]+/).filter((entry) => entry !== '');
  const invalid = origins.find((entry) => !form.test(entry));
  return invalid === undefined ? { origins } : { invalid };
}

/** Whether an Origin header is one of the list. */
export function isListedOrigin(list: readonly string[], origin: string): boolean {
  return list.some((entry) => {
    if (!entry.endsWith(':*')) return origin === entry;
    const host = entry.slice(0, -':*'.length);
    return (
      origin === host ||
      /^:[0-9]{1,5}$/.test(origin.startsWith(host) ? origin.slice(host.length) : '')
    );
  });
}
