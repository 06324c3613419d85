import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { localCallers } from '../../../local/http/callers.ts';
import { type Listener, listen, type WireFault } from '../../../local/http/http.ts';

const callers = localCallers('127.0.0.1');
const running: Listener[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) await one.close();
});

async function start(limits: { headersMillis?: number; requestMillis?: number }) {
  const faults: WireFault[] = [];
  const one = await listen({
    host: '127.0.0.1',
    port: 0,
    callers,
    ...limits,
    handle: async (request, response) => {
      for await (const _ of request);
      response.end('read');
    },
    refuse: (fault) => {
      faults.push(fault);
      return { status: 400, headers: { 'x-fault': fault }, body: fault };
    },
  });
  running.push(one);
  return { ...one, faults };
}

function talk(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    let seen = '';
    socket.on('data', (chunk) => {
      seen += chunk.toString();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(seen));
  });
}

describe('a listener', () => {
  it('closes a connection whose headers never end', async () => {
    const { port, faults } = await start({ headersMillis: 200, requestMillis: 5_000 });
    const answer = await talk(port, 'GET / HTTP/1.1\r\nhost: localhost\r\nx-slow: ');
    expect(answer).toContain('x-fault: timeout');
    expect(faults).toEqual(['timeout']);
  });

  it('closes a connection whose body takes too long', async () => {
    const { port } = await start({ headersMillis: 200, requestMillis: 400 });
    const answer = await talk(
      port,
      'PUT / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\nabc',
    );
    expect(answer).not.toContain('200');
  });

  it('throws the original error if its port is in use', async () => {
    const { port } = await start({});
    const refuse = () => ({ status: 400, headers: {}, body: '' });
    const second = listen({
      host: '127.0.0.1',
      port,
      callers,
      refuse,
      handle: async () => undefined,
    });
    await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE', syscall: 'listen', port });
  });
});
