import { describe, expect, it } from 'vitest';
import { asFailure, OperatorFailure, usageFailure } from '../../operator/failure.ts';
import { PolicyInvalid } from '../../shared/policy/validation.ts';
import { PortFailure } from '../../shared/ports.ts';
import { Refusal } from '../../shared/refusal.ts';
import { PublishConflict } from '../../shared/versions/conflict.ts';

describe('what was thrown', () => {
  it.each([
    ['wrong usage', usageFailure('say what'), 'usage', 'say what', 'usage'],
    [
      'a failure',
      new OperatorFailure('not_found', 'it is not there'),
      'not_found',
      'it is not there',
      'refused',
    ],
    [
      'a refusal',
      new Refusal('malformed', 'the path is odd'),
      'malformed',
      'malformed: the path is odd',
      'refused',
    ],
    [
      'a refusal that names what is allowed',
      new Refusal('denied_value', { reason: 'too wide', allowed: [{ w: [400] }] }),
      'denied_value',
      'denied_value: too wide; allowed: [{"w":[400]}]',
      'refused',
    ],
    [
      'an invalid policy',
      new PolicyInvalid([
        { path: 'tenant', message: 'is missing' },
        { path: '', message: 'needs operations or presets' },
      ]),
      'invalid_policy',
      'tenant is missing\nthe policy needs operations or presets',
      'refused',
    ],
    [
      'a conflict',
      new PublishConflict('somebody was faster'),
      'conflict',
      'somebody was faster',
      'refused',
    ],
    [
      'a store without an answer',
      new PortFailure('S3 get on x failed: no answer (ECONNREFUSED)', false),
      'unreachable',
      'S3 get on x failed: no answer (ECONNREFUSED). Is Signet running? On this machine start it with: npm start',
      'unreachable',
    ],
    [
      'a store that refused',
      new PortFailure('Secrets Manager read of x failed: AccessDeniedException 400'),
      'unavailable',
      'Secrets Manager read of x failed: AccessDeniedException 400',
      'refused',
    ],
    [
      'a store with too much',
      new PortFailure('policy x is too-large'),
      'unavailable',
      'policy x is too-large',
      'refused',
    ],
    [
      'a defect',
      new TypeError('x is not a function'),
      'internal',
      'x is not a function',
      'refused',
    ],
    ['anything else', 'text', 'internal', 'text', 'refused'],
  ])(
    '%s becomes a failure with a code, a message and a kind',
    (_what, thrown, code, message, kind) => {
      const failure = asFailure(thrown);
      expect({ ...failure, message: failure.message }).toMatchObject({ code, message });
      expect(failure.kind).toBe(kind);
    },
  );
});
