/*
 * The ways in which a page uses an image, as code for the browser. It is text, because TypeScript does not
 * know the globals of browsers here.
 */

/** What a page is to do. */
export type Use = {
  /** The URL of the image. */
  readonly image: string;
  /** The URL of its `info`. */
  readonly info: string;
  /** A URL that the policy refuses. */
  readonly refused: string;
  /** Whether the browser is to send cookies with requests of scripts. */
  readonly cookie: boolean;
};

const library = `
  const credentials = use.cookie ? 'include' : 'omit';
  const show = (crossOrigin) => new Promise((resolve) => {
    const image = new Image();
    if (crossOrigin) image.crossOrigin = use.cookie ? 'use-credentials' : 'anonymous';
    image.onload = () => resolve(image);
    image.onerror = () => resolve(undefined);
    image.src = use.image;
  });
  const said = (image) => (image ? 'shown' : 'not shown');
  const get = async (url, headers = {}) => {
    try {
      const answer = await fetch(url, { credentials, headers });
      const code = answer.headers.get('x-signet-error');
      if (code) return code;
      const { size, type } = await answer.blob();
      return answer.headers.get('etag') && size > 0 && type !== '' ? 'read' : 'empty';
    } catch {
      return 'blocked';
    }
  };
  const readPixels = (image) => {
    if (!image) return 'not shown';
    const canvas = document.createElement('canvas');
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    try {
      return context.getImageData(0, 0, 1, 1).data[3] > 0 ? 'read' : 'empty';
    } catch {
      return 'tainted';
    }
  };
`;

/** The ways, each with an expression that becomes what a user or a script sees. */
const ways = {
  '`img`': 'said(await show(false))',
  '`img crossorigin`': 'said(await show(true))',
  '`img`, then `img crossorigin`': '(await show(false), said(await show(true)))',
  '`img`, then `fetch`': '(await show(false), await get(use.image))',
  '`fetch`, then `img`': '(await get(use.image), said(await show(false)))',
  '`img`, then canvas': 'readPixels(await show(false))',
  '`img crossorigin`, then canvas': 'readPixels(await show(true))',
  '`fetch`': 'await get(use.image)',
  '`fetch` after a preflight': `await get(use.image, { 'if-none-match': '"other"' })`,
  '`fetch` of `info`': 'await get(use.info)',
  '`fetch` of a refused URL': 'await get(use.refused)',
} as const;

export type Way = keyof typeof ways;

export const wayNames = Object.keys(ways) as readonly Way[];

/** What a page may do with an image: read it, read that it is forbidden, or read nothing at all. */
export type Access = 'read' | 'forbidden' | 'blocked';

/** What each way comes to, by access. Any page can show an image, and none can read it without CORS. */
export const outcomes: Readonly<Record<Way, Readonly<Record<Access, string>>>> = {
  '`img`': { read: 'shown', forbidden: 'shown', blocked: 'shown' },
  '`img crossorigin`': { read: 'shown', forbidden: 'not shown', blocked: 'not shown' },
  '`img`, then `img crossorigin`': {
    read: 'shown',
    forbidden: 'not shown',
    blocked: 'not shown',
  },
  '`img`, then `fetch`': { read: 'read', forbidden: 'forbidden', blocked: 'blocked' },
  '`fetch`, then `img`': { read: 'shown', forbidden: 'shown', blocked: 'shown' },
  '`img`, then canvas': { read: 'tainted', forbidden: 'tainted', blocked: 'tainted' },
  '`img crossorigin`, then canvas': {
    read: 'read',
    forbidden: 'not shown',
    blocked: 'not shown',
  },
  '`fetch`': { read: 'read', forbidden: 'forbidden', blocked: 'blocked' },
  '`fetch` after a preflight': { read: 'read', forbidden: 'forbidden', blocked: 'blocked' },
  '`fetch` of `info`': { read: 'read', forbidden: 'forbidden', blocked: 'blocked' },
  '`fetch` of a refused URL': {
    read: 'denied_operation',
    forbidden: 'forbidden',
    blocked: 'blocked',
  },
};

/** The code of a way, as an expression for `page.evaluate`. */
export const codeOf = (way: Way, use: Use): string =>
  `(async (use) => { ${library} return ${ways[way]}; })(${JSON.stringify(use)})`;
