import { describe, expect, it } from 'vitest';
import { readDuration } from '../../cli/base/duration.ts';
import { exitCodes } from '../../cli/base/exit-code.ts';
import { readPastedUrl } from '../../operator/explain/pasted-url.ts';
import { asFailure, OperatorFailure, usageFailure } from '../../operator/failure.ts';
import { PolicyInvalid } from '../../shared/policy/validation.ts';
import { PortFailure } from '../../shared/ports.ts';
import { Refusal } from '../../shared/refusal.ts';
import { PublishConflict } from '../../shared/versions/publishing.ts';

describe('a duration', () => {
  it.each([
    ['1', 1],
    ['90', 90],
    ['90s', 90],
    ['15m', 900],
    ['1h', 3_600],
    ['7d', 604_800],
    ['3650d', 315_360_000],
    ['never', undefined],
  ])('%s is %s seconds', (written, seconds) => {
    expect(readDuration(written)).toBe(seconds);
  });

  it.each([
    '',
    '0',
    '-1',
    '+1',
    '1.5h',
    '01h',
    '1H',
    '1 h',
    ' 1h',
    '1w',
    'h',
    '1e3',
    '１h',
    'Never',
    'forever',
  ])('is not "%s"', (written) => {
    expect(() => readDuration(written)).toThrow(
      `"${written}" is not a duration; write 90s, 15m, 1h, 7d or never`,
    );
  });
});

it.each(['3651d', '99999999d', '999999999'])('a duration is ten years at most, not %s', (text) => {
  expect(() => readDuration(text)).toThrow(`"${text}" is more than ten years; write at most 3650d`);
});

describe('a URL that somebody pasted', () => {
  it.each([
    ['https://img.example.com/acme/a.jpg?kid=r1.1&sig=x', '/acme/a.jpg', 'kid=r1.1&sig=x'],
    ['http://127.0.0.1:8080/acme/a.jpg', '/acme/a.jpg', ''],
    ['HTTPS://h/acme/a.jpg?', '/acme/a.jpg', ''],
    ['/acme/a%20b.jpg?kid=r1.1', '/acme/a%20b.jpg', 'kid=r1.1'],
    ['  /acme/a.jpg?x=1\n', '/acme/a.jpg', 'x=1'],
    ['https://h/acme/a.jpg?x=1#part', '/acme/a.jpg', 'x=1'],
    ['https://h/acme/a.jpg?x=1?y=2', '/acme/a.jpg', 'x=1?y=2'],
    ['https://h/acme/../b//a.jpg', '/acme/../b//a.jpg', ''],
    ['https://h', '/', ''],
    ['https://h?x=1', '/', 'x=1'],
  ])('%j is cut without repairing it', (written, uri, querystring) => {
    expect(readPastedUrl(written)).toMatchObject({ uri, querystring });
  });

  it.each(['', 'acme/a.jpg', 'ftp://h/a.jpg', '?x=1', 'https://', "'/a'"])(
    'is not %j',
    (written) => {
      expect(() => readPastedUrl(written)).toThrow(
        'explain needs a URL, or its path with the query',
      );
    },
  );
});

describe('what was thrown', () => {
  it.each([
    ['wrong usage', usageFailure('say what'), 'usage', 'say what', 2],
    [
      'a failure',
      new OperatorFailure('not_found', 'it is not there'),
      'not_found',
      'it is not there',
      1,
    ],
    [
      'a refusal',
      new Refusal('malformed', 'the path is odd'),
      'malformed',
      'malformed: the path is odd',
      1,
    ],
    [
      'a refusal that names what is allowed',
      new Refusal('denied_value', { reason: 'too wide', allowed: [{ w: [400] }] }),
      'denied_value',
      'denied_value: too wide; allowed: [{"w":[400]}]',
      1,
    ],
    [
      'an invalid policy',
      new PolicyInvalid([
        { path: 'tenant', message: 'is missing' },
        { path: '', message: 'needs operations or presets' },
      ]),
      'invalid_policy',
      'tenant is missing\nthe policy needs operations or presets',
      1,
    ],
    [
      'a conflict',
      new PublishConflict('somebody was faster'),
      'conflict',
      'somebody was faster',
      1,
    ],
    [
      'a store without an answer',
      new PortFailure('S3 get on x failed: no answer (ECONNREFUSED)', false),
      'unreachable',
      'S3 get on x failed: no answer (ECONNREFUSED). Is Signet running? On this machine start it with: npm start',
      3,
    ],
    [
      'a store that refused',
      new PortFailure('Secrets Manager read of x failed: AccessDeniedException 400'),
      'unavailable',
      'Secrets Manager read of x failed: AccessDeniedException 400',
      1,
    ],
    [
      'a store with too much',
      new PortFailure('policy x is too-large'),
      'unavailable',
      'policy x is too-large',
      1,
    ],
    ['a defect', new TypeError('x is not a function'), 'internal', 'x is not a function', 1],
    ['anything else', 'text', 'internal', 'text', 1],
  ])('%s becomes a sentence and an exit code', (_what, thrown, code, message, exit) => {
    const failure = asFailure(thrown);
    expect({ ...failure, message: failure.message }).toMatchObject({ code, message });
    expect(exitCodes[failure.kind]).toBe(exit);
  });
});
