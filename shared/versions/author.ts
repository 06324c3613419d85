/*
 * Who published a version. `by` in a record is one text: an identity that AWS confirmed, or a name that the publisher
 * chose. The form tells which, so that records have the same fields as before.
 */

/** The ARN of a user, a session of a role, or an account. */
const identityForm = /^arn:aws[a-z-]*:(?:iam|sts)::[0-9]{12}:[!-~]+$/;

/** An ARN, and the name that the publisher chose besides. */
const confirmedForm = /^(arn:aws[a-z-]*:(?:iam|sts)::[0-9]{12}:[!-~]+)(?: \(self-declared: .*\))?$/;

/** Whether a text is the ARN of an identity, as AWS answers `sts:GetCallerIdentity`. */
export const isIdentityArn = (text: string): boolean => identityForm.test(text);

/** Whether a name could be taken for an identity that AWS confirmed. */
export const looksConfirmed = (name: string): boolean => /^\s*arn:/i.test(name);

/** The `by` of a version that an AWS identity publishes. `name` is what the publisher chose, if anything. */
export const confirmedAuthor = (arn: string, name: string | undefined): string =>
  name === undefined ? arn : `${arn} (self-declared: ${name})`;

/** Whether AWS confirmed the publisher when the version was published. */
export const isConfirmedAuthor = (by: string): boolean => confirmedForm.test(by);
