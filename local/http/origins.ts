/*
 * Lists of web origins, such as `https://app.example.test`. The port may be `*`, which is every port,
 * also the default one.
 */

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
