import { type RefusalCode, refusals } from '../../shared/refusal.ts';
import { isTenant } from '../../shared/url/path.ts';
import { isKid } from '../../shared/url/signature.ts';
import { objectIn } from './json-line.ts';

/** How a request ended that was not refused. */
const successes = ['allowed', 'stored', 'rendered'] as const;
export type ServiceOutcome = (typeof successes)[number] | RefusalCode;

/** A line that one of the functions has written about a request; what it does not say is missing. */
export type ServiceLine = {
  readonly viewer: boolean;
  readonly outcome: ServiceOutcome;
  /** How many requests it stands for: those that nobody signed for are sampled. */
  readonly requests: number;
  /** ISO 8601, so that texts compare as times do. */
  readonly time: string;
  readonly tenant: string | undefined;
  readonly kid: string | undefined;
  /** What a policy in report mode has let through. */
  readonly reported: string | undefined;
  /** Drawing and encoding alone, where the line says it; else all that was done. */
  readonly milliseconds: number | undefined;
  readonly bytes: number | undefined;
  readonly sourceBytes: number | undefined;
};

const outcomes: ReadonlySet<string> = new Set([...successes, ...Object.keys(refusals)]);

const timeForm = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$/;

const isOutcome = (value: unknown): value is ServiceOutcome =>
  typeof value === 'string' && outcomes.has(value);

export const isRefusal = (outcome: ServiceOutcome): outcome is RefusalCode =>
  !successes.some((one) => one === outcome);

type Fields = (name: string) => unknown;

/** A terabyte, or thirty years of milliseconds: what is more was not measured. */
const largest = 1e12;

const quantity = (value: unknown): number | undefined =>
  typeof value === 'number' && value >= 0 && value <= largest ? value : undefined;

/** One, or what the edge samples by; nobody's line counts for a million. */
const weightOf = (value: unknown): number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 1_000 ? value : 1;

const isCode = (text: string): boolean => Object.hasOwn(refusals, text);

function textOf(value: unknown, sound: (text: string) => boolean): string | undefined {
  return typeof value === 'string' && sound(value) ? value : undefined;
}

function lineOf(field: Fields): ServiceLine | undefined {
  const from = field('function');
  const outcome = field('outcome');
  const time = textOf(field('time'), (text) => timeForm.test(text));
  const known = from === 'viewer-request' || from === 'origin-response';
  if (!known || !isOutcome(outcome) || time === undefined) return undefined;
  return {
    viewer: from === 'viewer-request',
    outcome,
    time,
    requests: weightOf(field('requests')),
    tenant: textOf(field('tenant'), isTenant),
    kid: textOf(field('kid'), isKid),
    reported: textOf(field('reported'), isCode),
    milliseconds: quantity(field('renderMilliseconds') ?? field('milliseconds')),
    bytes: quantity(field('bytes')),
    sourceBytes: quantity(field('sourceBytes')),
  };
}

/**
 * Reads a line of the service's log: a request, a failure behind one, or something else that was
 * printed, such as a stack. Never throws. What stands before the object was put there by whatever
 * fetched the log: a time, the name of a stream.
 */
export function readServiceLine(line: string): ServiceLine | 'failure' | 'unreadable' {
  const object = objectIn(line.slice(Math.max(0, line.indexOf('{'))));
  if (object === undefined) return 'unreadable';
  const field: Fields = (name) =>
    Object.hasOwn(object, name) ? Reflect.get(object, name) : undefined;
  if (field('outcome') === undefined && field('level') === 'error' && field('function'))
    return 'failure';
  return lineOf(field) ?? 'unreadable';
}
