import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CommandStack, startCommandStack } from '../cli/stack.ts';
import { sampleFile } from '../e2e/installation.ts';
import { countCases, isProof, spread } from '../proof/cases.ts';
import { isMissing, startBrowser } from './browser.ts';
import { type Access, codeOf, outcomes, type Use, wayNames } from './page-ways.ts';
import { servePages } from './pages.ts';
import { browserPage, type SeenRow } from './proof-page.ts';

/* What pages of other origins can do with the images of a tenant, as Chromium decides. */

const file = 'dunes.jpg';
const proofFile = fileURLToPath(new URL('../../docs/proof-browser.md', import.meta.url));

/** All on one site, so that the browser sends the cookie with requests of each of them. */
const hosts = {
  own: 'acme.shops.localhost',
  'of another tenant': 'other.shops.localhost',
  unlisted: 'evil.shops.localhost',
} as const;
type PageName = keyof typeof hosts;
const pageNames = Object.keys(hosts) as readonly PageName[];

const deployments = ['without `corsOrigins`', 'with `corsOrigins`'] as const;
const policies = { acme: 'names its page', bare: 'names no page' } as const;
type Tenant = keyof typeof policies;
const credentials = ['signed URL', 'grant in the URL', 'grant in a cookie'] as const;
type Credential = (typeof credentials)[number];

type Cell = {
  readonly deployment: (typeof deployments)[number];
  readonly tenant: Tenant;
  readonly credential: Credential;
  /** What the pages may do: own, of another tenant, unlisted. */
  readonly access: readonly [own: Access, other: Access, unlisted: Access];
};

const any = ['read', 'read', 'read'] as const;
const listed = ['read', 'read', 'blocked'] as const;
const none = ['blocked', 'blocked', 'blocked'] as const;
const tenants = ['acme', 'bare'] as const;

const table: readonly Cell[] = [
  ...tenants.flatMap((tenant): readonly Cell[] => [
    // Without a list the answer is for any page, which browsers accept only for requests without cookies.
    { deployment: deployments[0], tenant, credential: 'signed URL', access: any },
    { deployment: deployments[0], tenant, credential: 'grant in the URL', access: any },
    { deployment: deployments[0], tenant, credential: 'grant in a cookie', access: none },
    { deployment: deployments[1], tenant, credential: 'signed URL', access: listed },
    { deployment: deployments[1], tenant, credential: 'grant in the URL', access: listed },
  ]),
  {
    ...{ deployment: deployments[1], tenant: 'acme', credential: 'grant in a cookie' },
    access: ['read', 'forbidden', 'blocked'],
  },
  {
    ...{ deployment: deployments[1], tenant: 'bare', credential: 'grant in a cookie' },
    access: ['forbidden', 'forbidden', 'blocked'],
  },
];

const cases = table.flatMap(({ access, ...cell }) =>
  pageNames.flatMap((page, at) =>
    wayNames.map((way) => ({
      ...cell,
      ...{ page, way },
      expected: outcomes[way][access[at] ?? 'blocked'],
    })),
  ),
);
type Case = (typeof cases)[number];

describe.skipIf(isMissing('CORS in a browser'))('a page', () => {
  let browser: Browser;
  let pages: Awaited<ReturnType<typeof servePages>>;
  const stacks = new Map<string, CommandStack>();
  const uses = new Map<string, Use>();
  const grants = new Map<string, string>();
  const seen: (Case & { readonly said: string })[] = [];

  const pageAt = (page: PageName): string => pages.at('/').replace('127.0.0.1', hosts[page]);
  const originOf = (page: PageName): string => new URL(pageAt(page)).origin;
  /** The images have a name of their own on this machine, and their cookie belongs to it alone. */
  const imageHost = 'images.shops.localhost';

  async function prepare(stack: CommandStack, deployment: string, tenant: Tenant): Promise<void> {
    const origins = tenant === 'acme' ? [originOf('own')] : [];
    await stack.publish(tenant, {
      operations: { resize: { w: [64] }, format: { f: ['webp'] }, info: {} },
      urls: { origins },
    });
    await stack.upload(tenant, file, await readFile(sampleFile('dunes at dusk.jpg')));
    const { grant } = await stack.json<{ readonly grant: string }>('grant', tenant, '*');
    const recipes = [['resize,w_64', 'format,f_webp'], ['info'], ['blur,s_3']];
    const signed: string[] = [];
    for (const recipe of recipes)
      signed.push(await stack.mint(tenant, file, ...recipe, '--no-check'));
    for (const credential of credentials) {
      const [image = '', info = '', refused = ''] = signed.map((text) => {
        const url = new URL(text.replace('127.0.0.1', imageHost));
        if (credential !== 'signed URL') url.search = '';
        if (credential === 'grant in the URL') url.searchParams.set('grant', grant);
        return url.href;
      });
      const use = { image, info, refused, cookie: credential === 'grant in a cookie' };
      uses.set([deployment, tenant, credential].join(), use);
    }
    grants.set([deployment, tenant].join(), grant);
  }

  beforeAll(async () => {
    pages = await servePages({ '/': async () => ({ body: '' }) });
    const list = [originOf('own'), originOf('of another tenant')].join(',');
    for (const deployment of deployments) {
      const environment = { SIGNET_CORS_ORIGINS: deployment === deployments[1] ? list : '' };
      const stack = await startCommandStack({ environment });
      stacks.set(deployment, stack);
      for (const tenant of tenants) await prepare(stack, deployment, tenant);
      await stack.publish('other', {
        operations: {},
        urls: { origins: [originOf('of another tenant')] },
      });
    }
    browser = await startBrowser();
  });
  afterAll(async () => {
    if (isProof && seen.length === cases.length)
      await writeFile(proofFile, browserPage(rowsOf(), browser.version()));
    await browser?.close();
    await pages?.stop();
    for (const stack of stacks.values()) await stack.stop();
  });

  function rowsOf(): readonly SeenRow[] {
    const rows = new Map<string, SeenRow & { readonly seen: Record<string, string> }>();
    for (const { deployment, tenant, page, credential, way, said } of seen) {
      const name = [deployment, tenant, page, credential].join();
      const row = rows.get(name) ?? {
        ...{ deployment, policy: policies[tenant], page, credential, seen: {} },
      };
      row.seen[way] = said;
      rows.set(name, row);
    }
    return [...rows.values()];
  }

  /** Opens a page with an empty cache, and with the cookie if the case has one. */
  async function openPage({
    deployment,
    tenant,
    page,
    credential,
  }: Omit<Case, 'way' | 'expected'>) {
    const context = await browser.newContext();
    if (credential === 'grant in a cookie')
      await context.addCookies([
        {
          ...{ name: 'signet-grant', value: grants.get([deployment, tenant].join()) ?? '' },
          ...{ domain: imageHost, path: '/', httpOnly: true, secure: true, sameSite: 'Lax' },
        },
      ]);
    const opened = await context.newPage();
    await opened.goto(pageAt(page));
    return opened;
  }

  it.each(spread(cases, 7))(
    '$page, $deployment, policy of $tenant, $credential: $way is $expected',
    async (one) => {
      const page = await openPage(one);
      const use = uses.get([one.deployment, one.tenant, one.credential].join());
      if (use === undefined) throw new Error('the case was not prepared');
      const said = await page.evaluate<string>(codeOf(one.way, use));
      await page.context().close();
      seen.push({ ...one, said });
      countCases();
      expect(said).toBe(one.expected);
    },
  );

  it('of another tenant or of none reads no image that a cookie grants', () => {
    const foreign = cases.filter(
      ({ page, credential }) => page !== 'own' && credential === 'grant in a cookie',
    );
    expect(foreign.length).toBeGreaterThan(50);
    expect(foreign.filter(({ expected }) => expected === 'read')).toEqual([]);
  });

  it('shows ERR_BLOCKED_BY_ORB for an <img> that is refused', async () => {
    const [deployment] = deployments;
    const page = await openPage({
      ...{ deployment, tenant: 'acme', page: 'own', credential: 'signed URL' },
    });
    const use = uses.get([deployment, 'acme', 'signed URL'].join());
    const failed = page.waitForEvent('requestfailed');
    await page.evaluate(`void (new Image().src = ${JSON.stringify(use?.refused)})`);
    expect((await failed).failure()?.errorText).toBe('net::ERR_BLOCKED_BY_ORB');
    await page.context().close();
  });
});
