import { Validations } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';

/** Suppresses findings of cdk-nag and records the reason. */
export function acknowledge(scope: IConstruct, reason: string, ...ids: readonly string[]): void {
  Validations.of(scope).acknowledge(...ids.map((id) => ({ id, reason })));
}

/** Suppresses wildcard findings of a role or a managed policy, for these resources only. */
export function acknowledgeWildcards(
  owner: IConstruct,
  reason: string,
  resources: readonly string[],
): void {
  acknowledge(owner, reason, ...resources.map((arn) => `AwsSolutions-IAM5[Resource::${arn}]`));
}
