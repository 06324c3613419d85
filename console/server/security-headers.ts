/*
 * What a browser may do with an answer of the console: run and show what the console itself serves, and be framed by
 * nobody.
 */

const contentPolicy = [
  "default-src 'none'",
  ...["script-src 'self'", "style-src 'self'", "connect-src 'self'", "font-src 'self'"],
  // Pictures that were dropped or loaded are shown from memory.
  "img-src 'self' blob: data:",
  ...["frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"],
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

export const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': contentPolicy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** For bytes of others. A picture that is a page runs nothing, also when it is opened in a tab. */
export const pictureHeaders: Readonly<Record<string, string>> = {
  ...securityHeaders,
  'content-security-policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
};
