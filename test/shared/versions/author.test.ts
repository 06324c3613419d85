import { describe, expect, it } from 'vitest';
import {
  confirmedAuthor,
  isConfirmedAuthor,
  isIdentityArn,
  looksConfirmed,
} from '../../../shared/versions/author.ts';

const session = 'arn:aws:sts::123456789012:assumed-role/Operators/ann@example.com';

describe('the publisher of a version', () => {
  it.each([
    session,
    'arn:aws:iam::123456789012:user/a/b/ann',
    'arn:aws:iam::123456789012:root',
    'arn:aws-us-gov:sts::123456789012:federated-user/ann',
  ])('is confirmed by AWS: %s', (arn) => {
    expect(isIdentityArn(arn)).toBe(true);
    expect(isConfirmedAuthor(confirmedAuthor(arn, undefined))).toBe(true);
    expect(isConfirmedAuthor(confirmedAuthor(arn, 'Ann (ops)'))).toBe(true);
  });

  it.each([
    'ann@laptop',
    'npm start',
    '',
    `was ${session}`,
    `${session} and more`,
    `${session}\n`,
    'arn:aws:s3:::bucket',
    'arn:aws:iam::1:root',
  ])('is self-declared: %j', (by) => {
    expect(isConfirmedAuthor(by)).toBe(false);
    expect(isIdentityArn(by)).toBe(false);
  });

  it.each([
    [session, true],
    [' ARN:aws:iam::123456789012:root', true],
    ['arne@laptop', false],
  ])('may not declare a name that looks confirmed: %j is %s', (name, looks) => {
    expect(looksConfirmed(name)).toBe(looks);
  });
});
