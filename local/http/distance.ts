import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** How far some callers of a service are from it. */
export type Distance = {
  readonly isDistant: (accessKeyId: string) => boolean;
  /** Waits for a number of round trips. */
  readonly wait: (trips: number) => Promise<void>;
};

/** Callers with these access keys are `rttMs` milliseconds away, there and back. */
export function createDistance(rttMs: number, accessKeys: readonly string[]): Distance {
  return {
    isDistant: (accessKeyId) => accessKeys.includes(accessKeyId),
    wait: (trips) =>
      new Promise((resolve) => {
        setTimeout(resolve, trips * rttMs);
      }),
  };
}

/**
 * The round trips before the first request of a connection to AWS: one for TCP, and one for TLS 1.3 (RFC 8446,
 * section 2), which S3 and Secrets Manager negotiate with Node.
 */
const handshakeTrips = 2;

type Handle = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

// The signature is not verified yet. A caller with a forged name only waits longer for its refusal.
function accessKeyOf({ headers }: IncomingMessage): string {
  return /\bCredential=([^/,\s]+)\//.exec(headers.authorization ?? '')?.[1] ?? '';
}

/**
 * Delays the requests of distant callers by one round trip, and the first request of a connection by those of its
 * handshakes, too. The time that a long body takes is not part of it.
 */
export function withDistance(handle: Handle, distance: Distance | undefined): Handle {
  if (distance === undefined) return handle;
  const connected = new WeakSet<Socket>();
  return async (request, response) => {
    const isNew = !connected.has(request.socket);
    connected.add(request.socket);
    if (distance.isDistant(accessKeyOf(request)))
      await distance.wait(isNew ? handshakeTrips + 1 : 1);
    await handle(request, response);
  };
}
