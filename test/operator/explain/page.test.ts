import { beforeEach, describe, expect, it } from 'vitest';
import { explainUrl } from '../../../operator/explain/explain.ts';
import { mintGrant } from '../../../shared/request/mint-grant.ts';
import { createMemoryInstallation } from '../memory-installation.ts';

/* Which page may use a grant in a cookie, as `explain` shows it. */

const own = 'https://www.example.com';
const url = 'https://images.example.com/acme/a.png__op__resize,w_16';

let installation: ReturnType<typeof createMemoryInstallation>;
let grant: string;

beforeEach(async () => {
  installation = createMemoryInstallation();
  await installation.publish('acme', { urls: { origins: [own] } });
  const signingKey = (await installation.keyring()).signingKey('acme', 'r1.1') ?? '';
  const exp = Math.floor(Date.now() / 1_000) + 600;
  grant = await mintGrant('acme', { scope: ['*'], exp }, { kid: 'r1.1', signingKey });
});

/** The refusal for a page; undefined if the stage that asks for the page lets it pass. */
async function refusalOf(page: string | undefined, listed: readonly string[], query = '') {
  const open = async () => ({ ...(await installation.open()), corsOrigins: async () => listed });
  const cookie = query === '' ? `signet-grant=${grant}` : undefined;
  const { stages, refusal } = await explainUrl(
    { url: `${url}${query}`, accept: undefined, cookie, page },
    { open, offlineSigner: () => undefined, asksHosts: true },
  );
  const isAdmitted = stages.some(({ stage, ok }) => stage === 'admit' && ok);
  return isAdmitted ? undefined : refusal;
}

describe('explain with a page', () => {
  it.each([
    ['the page that the policy names', own],
    ['an <img>, which has no page', undefined],
  ])('lets %s pass', async (_name, page) => {
    expect(await refusalOf(page, [own])).toBeUndefined();
  });

  it('names the rule and the allowed pages for another page', async () => {
    expect(await refusalOf('https://evil.example', [own])).toMatchObject({
      code: 'forbidden',
      rule: 'urls.origins',
      allowed: [own],
    });
  });

  it('decides as the edge where the page does not matter', async () => {
    expect(await refusalOf('https://evil.example', [])).toBeUndefined();
    expect(await refusalOf('https://evil.example', [own], `?grant=${grant}`)).toBeUndefined();
  });
});
