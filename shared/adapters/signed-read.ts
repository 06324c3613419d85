import type { Agent } from 'node:http';
import { type Clock, PortFailure } from '../ports.ts';
import type { AwsAccess } from './aws-client.ts';
import { closeIdle, createAgent, exchange, type HttpAnswer } from './exchange.ts';
import { type ServiceClock, serviceClock } from './service-clock.ts';
import { createSigner, type ServiceRequest, type Sign, type SignedService } from './sigv4.ts';

/** How long reads may take. */
export type ReadLimits = {
  /** For one try: connection, headers and body together. There are two. */
  readonly tryMilliseconds: number;
  /** When reads have to end, in the time of `performance.now()`. It is asked before each try. */
  readonly deadline: () => number;
};

/** A service that is read from. */
export type Service = {
  /** As it is called in errors. */
  readonly title: string;
  readonly signedAs: SignedService;
  /** Scheme, host and port. */
  readonly origin: string;
  /** Finds the code of an error, such as `AccessDenied`. */
  readonly errorCode: (answer: HttpAnswer) => string | undefined;
};

/** One read. */
export type Read = Omit<ServiceRequest, 'origin'> & {
  /** What is read, for errors. */
  readonly what: string;
  readonly maxBytes: number;
};

export type ReadAnswer = HttpAnswer & {
  /** The code of an error. */
  readonly code: string | undefined;
  /** The time that the request was signed with. */
  readonly signedAt: number;
};

/** Reads from a service. Throws `PortFailure` if there is no whole answer. */
export type SignedRead = (read: Read) => Promise<ReadAnswer>;

/** Errors that a second try may not meet. Services that speak JSON say 400 if there are too many calls. */
const isPassing = ({ status, code }: ReadAnswer): boolean =>
  status === 429 || status >= 500 || (status === 400 && code === 'ThrottlingException');

/** The failure of a read that was answered. It leaves out the message of the service, which may contain secrets. */
export function answerFailure(what: string, { status, code }: ReadAnswer): PortFailure {
  return new PortFailure(`${what} failed: ${code === undefined ? '' : `${code} `}${status}`);
}

type Tries = {
  readonly service: Service;
  readonly limits: ReadLimits;
  readonly agent: Agent;
  readonly sign: Sign;
  readonly clock: ServiceClock;
};

/** One try. Returns the failure if there is no whole answer. */
async function tryOnce(
  { service, limits, agent, sign, clock }: Tries,
  read: Read,
): Promise<ReadAnswer | PortFailure> {
  const failed = (why: string) => new PortFailure(`${read.what} failed: ${why}`, false);
  const left = limits.deadline() - performance.now();
  if (left <= 0) return failed('the request has no time left for it');
  const request: ServiceRequest = { ...read, origin: service.origin };
  try {
    const signedAt = clock.now();
    const headers = await sign(request, new Date(signedAt));
    const milliseconds = Math.min(limits.tryMilliseconds, left);
    const { maxBytes } = read;
    const answer = await exchange(agent, { ...request, headers }, { milliseconds, maxBytes });
    const code = answer.status < 300 ? undefined : service.errorCode(answer);
    return { ...answer, code, signedAt };
  } catch (thrown) {
    return failed(thrown instanceof Error ? thrown.message : 'unknown');
  }
}

function refusesClock(clock: ServiceClock, { code, signedAt, headers }: ReadAnswer): boolean {
  return clock.correct({ code, signedAt, date: headers.date });
}

function settle(end: ReadAnswer | PortFailure): ReadAnswer {
  if (end instanceof PortFailure) throw end;
  return end;
}

/**
 * Reads from a service with signed requests over kept connections: a try, and one more if there was no
 * whole answer, if the service was too busy or broken, or if it refused our clock.
 */
export function createSignedRead(
  access: AwsAccess,
  service: Service,
  limits: ReadLimits,
  clock: Clock,
): SignedRead {
  const agent = createAgent(service.origin);
  const sign = createSigner(access, service.signedAs);
  const tries: Tries = { service, limits, agent, sign, clock: serviceClock(clock) };
  return async (read) => {
    const first = await tryOnce(tries, read);
    const unanswered = first instanceof PortFailure;
    const again = unanswered || isPassing(first) || refusesClock(tries.clock, first);
    if (!again || limits.deadline() <= performance.now()) return settle(first);
    // If one connection ended while the function was frozen, the others did, too.
    if (unanswered) closeIdle(agent);
    return settle(await tryOnce(tries, read));
  };
}
