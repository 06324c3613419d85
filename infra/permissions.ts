import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { Permission } from '../shared/deployment/permissions.ts';
import { acknowledgeWildcards } from './acknowledge.ts';
import type { Names } from './names.ts';
import type { Secrets } from './secrets.ts';

/*
 * Permissions as statements: no grant of a library, no wildcard but the end of a key. Buckets are
 * named by text, since their names are known and a reference would make circles.
 */

export const bucketArn = (name: string): string => `arn:aws:s3:::${name}`;

/** All objects of a bucket whose keys begin so. */
export const objectsArn = (name: string, prefix = ''): string => `${bucketArn(name)}/${prefix}*`;

/** What permissions are about; the secrets' ARNs end in letters that AWS chooses. */
export type Resources = {
  readonly names: Names;
  readonly secrets: Secrets;
  readonly other?: Readonly<Record<'distribution' | 'purge queue', string>>;
};

function resourceOf(permission: Permission, { names, secrets, other }: Resources): string {
  if ('objects' in permission)
    return objectsArn(names.buckets[permission.objects], permission.prefix);
  if ('bucket' in permission) return bucketArn(names.buckets[permission.bucket]);
  if ('secret' in permission) return secrets[permission.secret].secretArn;
  const arn = other?.[permission.other];
  if (arn === undefined) throw new Error(`nobody has said which ${permission.other} is meant`);
  return arn;
}

/** IAM itself refuses a write that could replace something. */
const onlyAbsent = { Null: { 's3:if-none-match': 'false' } };

function statementOf(permission: Permission, resources: Resources): PolicyStatement {
  const limited = 'objects' in permission && permission.onlyAbsent === true;
  return new PolicyStatement({
    actions: [...permission.actions],
    resources: [resourceOf(permission, resources)],
    ...(limited ? { conditions: onlyAbsent } : {}),
  });
}

/** The statements of a part of the service. */
export const statementsOf = (
  permissions: readonly Permission[],
  resources: Resources,
): readonly PolicyStatement[] => permissions.map((one) => statementOf(one, resources));

/** And for those of its permissions that end with a key's beginning. */
export function acknowledgeKeys(
  role: Role,
  permissions: readonly Permission[],
  resources: Resources,
): void {
  const objects = permissions.filter((one) => 'objects' in one);
  const arns = new Set(objects.map((one) => resourceOf(one, resources)));
  acknowledgeWildcards(role, 'Keys of one bucket that begin so', [...arns]);
}
