import type { Role } from 'aws-cdk-lib/aws-iam';
import { Validations } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';

/** Says to cdk-nag why a finding is meant to be so. */
export function acknowledge(scope: IConstruct, reason: string, ...ids: readonly string[]): void {
  Validations.of(scope).acknowledge(...ids.map((id) => ({ id, reason })));
}

/** The same for wildcards in a role; any other is a finding. */
export function acknowledgeWildcards(
  role: Role,
  reason: string,
  resources: readonly string[],
): void {
  acknowledge(role, reason, ...resources.map((arn) => `AwsSolutions-IAM5[Resource::${arn}]`));
}
