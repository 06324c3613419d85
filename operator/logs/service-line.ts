import { isRefusalCode, type RefusalCode, refusals } from '../../shared/refusal.ts';
import { isTenant } from '../../shared/url/path.ts';
import { isKid } from '../../shared/url/signature.ts';
import { objectIn } from './json-line.ts';

/** Outcomes of requests that were not refused. */
const successes = ['allowed', 'options', 'stored', 'rendered'] as const;
export type ServiceOutcome = (typeof successes)[number] | RefusalCode;

/** A line that a function logged about a request. Fields that the line lacks are undefined. */
export type ServiceLine = {
  readonly viewer: boolean;
  readonly outcome: ServiceOutcome;
  /** How many requests the line counts for, because lines are sampled. */
  readonly requests: number;
  /** ISO 8601 in UTC, so that text order is time order. */
  readonly time: string;
  readonly requestId: string | undefined;
  readonly tenant: string | undefined;
  /** The path of the source. Long ones are cut. */
  readonly path: string | undefined;
  /** The recipe as it was asked for. Long ones are cut. */
  readonly recipe: string | undefined;
  readonly kid: string | undefined;
  readonly reason: string | undefined;
  /** The code that a policy in report mode would have refused with. */
  readonly reported: string | undefined;
  /** The time of drawing and encoding if the line has it, otherwise of the whole request. */
  readonly milliseconds: number | undefined;
  readonly bytes: number | undefined;
  readonly sourceBytes: number | undefined;
};

const outcomes: ReadonlySet<string> = new Set([...successes, ...Object.keys(refusals)]);

/** ISO 8601 in UTC, as the functions write it. */
const timeForm = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$/;

/** Whether a text is a time as the functions write it. */
export const isLogTime = (text: string): boolean => timeForm.test(text);

const isOutcome = (value: unknown): value is ServiceOutcome =>
  typeof value === 'string' && outcomes.has(value);

export const isRefusal = (outcome: ServiceOutcome): outcome is RefusalCode =>
  !successes.some((one) => one === outcome);

type Fields = (name: string) => unknown;

/** A terabyte, or thirty years in milliseconds. Larger numbers are not measurements. */
const largest = 1e12;

const quantityOf = (value: unknown): number | undefined =>
  typeof value === 'number' && value >= 0 && value <= largest ? value : undefined;

/** The sampling factor of a line; 1 if it is missing or implausible. */
const weightOf = (value: unknown): number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 1_000 ? value : 1;

const isAny = (): boolean => true;

function textOf(value: unknown, isValid: (text: string) => boolean): string | undefined {
  return typeof value === 'string' && isValid(value) ? value : undefined;
}

function lineOf(field: Fields): ServiceLine | undefined {
  const from = field('function');
  const outcome = field('outcome');
  const time = textOf(field('time'), isLogTime);
  const known = from === 'viewer-request' || from === 'origin-response';
  if (!known || !isOutcome(outcome) || time === undefined) return undefined;
  return {
    viewer: from === 'viewer-request',
    outcome,
    time,
    requests: weightOf(field('requests')),
    requestId: textOf(field('requestId'), isAny),
    tenant: textOf(field('tenant'), isTenant),
    path: textOf(field('path'), isAny),
    recipe: textOf(field('recipe'), isAny),
    kid: textOf(field('kid'), isKid),
    reason: textOf(field('reason'), isAny),
    reported: textOf(field('reported'), isRefusalCode),
    milliseconds: quantityOf(field('renderMilliseconds') ?? field('milliseconds')),
    bytes: quantityOf(field('bytes')),
    sourceBytes: quantityOf(field('sourceBytes')),
  };
}

/**
 * Reads a line of the service's log: a request, a failure during one, or other output such as a stack
 * trace. Skips text before the object, since log tools prepend times and stream names. Never throws.
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
