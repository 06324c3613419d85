import { describe, expect, it } from 'vitest';
import { splitHint } from '../../../operator/explain/signing-hints.ts';

const sig = 'A'.repeat(43);
const right = `exp=1893456000&kid=r1.1&sig=${sig}`;
const hintOf = (querystring: string) =>
  splitHint({ host: undefined, uri: '/acme/a.jpg', querystring })['mistake'];

const mail = /^the URL was copied from the source of an e-mail/;
const twice = /^the URL was encoded twice on its way/;
const behind = /^the URL was copied with a character that stood after it/;
const broken = /^the URL has a line break or a space in it/;
const added = /^a program added a parameter to the URL on its way/;

const changed: readonly (readonly [how: string, query: string, mistake: RegExp])[] = [
  ['HTML', right.replaceAll('&', '&amp;'), /^the URL was copied from HTML/],
  ['quoted-printable', right.replaceAll('=', '=3D'), mail],
  ['quoted-printable in lower case', right.replaceAll('=', '=3d'), mail],
  ['a line of quoted-printable', right.replace('&sig', '=\n&sig'), mail],
  ['encoding again', encodeURIComponent(right), twice],
  ['encoding again, twice', encodeURIComponent(encodeURIComponent(right)), twice],
  ['encoding of the equals signs', right.replaceAll('=', '%3D'), twice],
  ['base64', `${right.slice(0, -2)}%2B`, /^sig is plain or padded base64/],
  ...['.', ',', ')', '>', '"', '”', '%22', '%3E', '%29', '*', '!'].map(
    (end): (typeof changed)[number] => [`a ${end} behind it`, right + end, behind],
  ),
  ['a full stop behind a grant', 'grant=a.b.c.', behind],
  ...['\n', '\r\n', ' ', '%0A', '\t'].map((space): (typeof changed)[number] => [
    `${JSON.stringify(space)} in the signature`,
    right.replace('AAA', `A${space}AA`),
    broken,
  ]),
  ...['utm_source=mail', 'UTM_CAMPAIGN=x', 'fbclid=x', 'gclid=x', '_ga=1', 'mc_cid=1'].map(
    (more): (typeof changed)[number] => [more, `${right}&${more}`, added],
  ),
];

describe('a query that a program changed', () => {
  it.each(changed)('by %s is explained', (_what, query, mistake) => {
    expect(hintOf(query)).toMatch(mistake);
  });

  it.each([right, '', 'kid=r1.1', `grant=a.b.c`, `${right}&x-oss-process=image%2Fresize,w_3`])(
    'is not seen in %s',
    (query) => expect(hintOf(query)).toBeUndefined(),
  );
});
