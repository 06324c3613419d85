import { createServer, type IncomingMessage, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A port in front of another one that keeps connections open, can cut them all, and notes the requests. */
export type ConnectionCutter = {
  readonly address: string;
  /** Cuts all connections, as a network does while a function is frozen. Returns how many there were. */
  readonly cut: () => number;
  /** The requests since the last call. */
  readonly requests: () => readonly NotedRequest[];
  readonly close: () => void;
};

export type NotedRequest = Pick<IncomingMessage, 'method' | 'url' | 'headers'>;

/** Starts the port. */
export async function startConnectionCutter(port: number): Promise<ConnectionCutter> {
  let noted: NotedRequest[] = [];
  let open = 0;
  const server = createServer((request, response) => {
    const { method, url, headers } = request;
    noted.push({ method, url, headers });
    const options = { host: '127.0.0.1', port, path: url, method, headers };
    const onward = send({ ...options } as object, (answer) => {
      const { connection: _close, ...kept } = answer.headers;
      response.writeHead(answer.statusCode ?? 502, kept);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  server.keepAliveTimeout = 600_000;
  server.on('connection', (socket) => {
    open += 1;
    socket.on('close', () => {
      open -= 1;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): number => {
    const count = open;
    server.closeAllConnections();
    return count;
  };
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    requests: () => {
      const since = noted;
      noted = [];
      return since;
    },
    close: () => {
      cut();
      server.close();
    },
  };
}
