import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Token } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import type { OtherResource, Permission } from '../shared/deployment/permissions.ts';
import { acknowledgeWildcards } from './acknowledge.ts';
import type { Names } from './names.ts';
import type { Secrets } from './secrets.ts';

/*
 * Turns permissions into IAM statements. The grants of the CDK are not used, and the only wildcard is
 * at the end of a key prefix. Buckets are named as text, because references would form cycles.
 */

export const bucketArn = (name: string): string => `arn:aws:s3:::${name}`;

/** All objects of a bucket with a key prefix. */
export const objectsArn = (name: string, prefix = ''): string => `${bucketArn(name)}/${prefix}*`;

/** The resources that permissions name. AWS adds random letters to the ARNs of secrets. */
export type Resources = {
  readonly names: Names;
  readonly secrets: Secrets;
  readonly other?: Readonly<Partial<Record<OtherResource, string>>>;
};

/** The objects below prefixes in a bucket that is not Signet's own, or without them the bucket. */
const elsewhereArns = (bucket: string, prefixes: readonly string[] | undefined) =>
  prefixes === undefined
    ? [bucketArn(bucket)]
    : prefixes.map((prefix) => objectsArn(bucket, prefix));

/** Puts the installation and its account into the template of an ARN. */
const fillArn = (arn: string, { stack, account }: Names): string =>
  arn.replaceAll('NAME', stack).replaceAll('ACCOUNT', account);

function resourcesOf(permission: Permission, resources: Resources): readonly string[] {
  const { names, secrets, other } = resources;
  if ('objects' in permission)
    return [objectsArn(names.buckets[permission.objects], permission.prefix)];
  if ('object' in permission)
    return [`${bucketArn(names.buckets[permission.of])}/${permission.object}`];
  if ('bucket' in permission) return [bucketArn(names.buckets[permission.bucket])];
  if ('secret' in permission) return [secrets[permission.secret].secretArn];
  if ('elsewhere' in permission) return elsewhereArns(permission.elsewhere, permission.prefixes);
  if ('kmsKey' in permission) return [permission.kmsKey];
  if ('arns' in permission) return permission.arns.map((arn) => fillArn(arn, names));
  const arn = other?.[permission.other];
  if (arn === undefined) throw new Error(`the resource for "${permission.other}" is missing`);
  return [arn];
}

/** IAM refuses a write that could overwrite an object. */
const onlyAbsent = { Null: { 's3:if-none-match': 'false' } };

/** IAM refuses to decrypt anything but what S3 reads. */
const onlyForS3 = (region: string) => ({
  StringEquals: { 'kms:ViaService': `s3.${region}.amazonaws.com` },
});

function conditionsOf(permission: Permission) {
  if ('kmsKey' in permission) return { conditions: onlyForS3(permission.region) };
  const limited = 'objects' in permission && permission.onlyAbsent === true;
  return limited ? { conditions: onlyAbsent } : {};
}

function statementOf(permission: Permission, resources: Resources): PolicyStatement {
  return new PolicyStatement({
    actions: [...permission.actions],
    resources: [...resourcesOf(permission, resources)],
    ...conditionsOf(permission),
  });
}

/** The IAM statements for a list of permissions. */
export const statementsOf = (
  permissions: readonly Permission[],
  resources: Resources,
): readonly PolicyStatement[] => permissions.map((one) => statementOf(one, resources));

/** Suppresses the wildcard findings for permissions on a key prefix, and on resources named after the installation. */
export function acknowledgeKeyWildcards(
  owner: IConstruct,
  permissions: readonly Permission[],
  resources: Resources,
): void {
  const arns = permissions.flatMap((one) => resourcesOf(one, resources));
  const wild = new Set(arns.filter((arn) => arn.endsWith('*') && !Token.isUnresolved(arn)));
  acknowledgeWildcards(owner, 'All keys or resources with one prefix', [...wild]);
}
