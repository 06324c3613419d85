import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { usageFailure } from '../../operator/failure.ts';
import { openLiveLog } from '../../operator/logs/live-log.ts';
import type { LiveRequest } from '../../operator/logs/live-request.ts';
import { parseStackName } from '../../operator/target/stack-name.ts';
import { localHosts } from '../../shared/deployment/local-endpoints.ts';
import { sendFailure } from './answer.ts';
import type { CallContext } from './call.ts';
import { securityHeaders } from './security-headers.ts';

/*
 * The requests of the local stack as server-sent events: `requests` with a list of them, `state` with whether the
 * stack runs. A page that reads slowly slows the reading down, so nothing gathers here.
 */

/** What the event `state` says. */
export type LiveState = { readonly running: boolean };

/** What the event `requests` says. */
export type LiveRequests = {
  readonly requests: readonly LiveRequest[];
  /** Bytes of logs that were passed over. */
  readonly skipped: number;
};

/** In milliseconds: between two readings of a quiet log, and between two looks at the stack. */
const pace = { quiet: 400, busy: 20, state: 2_000 } as const;

/** In one event. */
const mostRequests = 500;

/** A browser opens six connections to a server, and each tab that shows requests keeps one. */
const mostStreams = 4;
let streams = 0;

/** Whether something listens there. It sends nothing, so the log says nothing of it. */
async function isListening(address: string): Promise<boolean> {
  const { hostname, port } = new URL(address);
  const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) });
  socket.setTimeout(pace.state, () => socket.destroy(new Error('no answer')));
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

type Send = (event: string, value: unknown) => Promise<void>;

const createSend =
  (response: ServerResponse, signal: AbortSignal): Send =>
  async (event, value) => {
    const isFlowing = response.write(`event: ${event}\ndata: ${JSON.stringify(value)}\n\n`);
    if (!isFlowing) await once(response, 'drain', { signal });
  };

/** Says whether the stack runs, now and whenever that changes. */
async function watchState({ open }: CallContext, send: Send, signal: AbortSignal): Promise<void> {
  let said: boolean | undefined;
  while (!signal.aborted) {
    const running = await open().then(
      ({ address }) => isListening(address),
      () => false,
    );
    // A comment would do for a connection that is quiet, and an event tells the page that this server is there.
    if (running !== said) await send('state', { running } satisfies LiveState);
    else await send('quiet', null);
    said = running;
    await wait(pace.state, undefined, { signal });
  }
}

async function sendRequests(send: Send, since: string, signal: AbortSignal): Promise<void> {
  const log = openLiveLog(localHosts);
  try {
    while (!signal.aborted) {
      const { more, requests: found, skipped } = await log.read();
      const requests = found.filter(({ at }) => at > since);
      for (let at = 0; at < requests.length || (at === 0 && skipped > 0); at += mostRequests) {
        const part = requests.slice(at, at + mostRequests);
        const event: LiveRequests = { requests: part, skipped: at === 0 ? skipped : 0 };
        await send('requests', event);
      }
      await wait(more ? pace.busy : pace.quiet, undefined, { signal });
    }
  } finally {
    await log.close();
  }
}

function checkStream({ target }: CallContext): void {
  if (parseStackName(target) !== undefined)
    throw usageFailure(
      'a deployed stack logs to CloudWatch in many Regions; the page reads the last minutes of it when it is asked to',
    );
  if (streams >= mostStreams)
    throw usageFailure(`${streams} pages show requests already; close one of them`);
}

/** Answers `GET /events?since=TIME`, until the page goes away. The page has had what is older than that time. */
export async function sendEvents(
  context: CallContext,
  response: ServerResponse,
  { searchParams }: URL,
): Promise<void> {
  try {
    checkStream(context);
  } catch (thrown) {
    sendFailure(response, thrown, context.target === 'local');
    return;
  }
  const control = new AbortController();
  const { signal } = control;
  response.once('close', () => control.abort());
  response.writeHead(200, {
    ...securityHeaders,
    ...{ 'cache-control': 'no-store', 'content-type': 'text/event-stream' },
  });
  const send = createSend(response, signal);
  streams += 1;
  try {
    await Promise.all([
      watchState(context, send, signal),
      sendRequests(send, searchParams.get('since') ?? '', signal),
    ]);
  } catch (thrown) {
    if (!signal.aborted) throw thrown;
  } finally {
    streams -= 1;
  }
}
