import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Page = { readonly body: string; readonly cookie?: string | undefined };

/** Serves the pages of an application by their paths, on another port than the images. */
export async function servePages(pages: Readonly<Record<string, () => Promise<Page>>>) {
  const server: Server = createServer(async ({ url = '' }, response) => {
    const page = pages[url];
    if (page === undefined) return response.writeHead(404).end();
    const { body, cookie } = await page();
    if (cookie !== undefined) response.setHeader('set-cookie', cookie);
    return response
      .setHeader('content-type', 'text/html; charset=utf-8')
      .end(`<!doctype html><title>A page</title><style>body { margin: 0 }</style>${body}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    at: (path: string): string => `http://127.0.0.1:${port}${path}`,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
