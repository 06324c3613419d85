import { Validations } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';

/** Suppresses findings of cdk-nag and records the reason. */
export function acknowledge(scope: IConstruct, reason: string, ...ids: readonly string[]): void {
  Validations.of(scope).acknowledge(...ids.map((id) => ({ id, reason })));
}

/**
 * Suppresses wildcard findings of a role or a managed policy, for these resources only. It writes the metadata that
 * `acknowledge` of the CDK would write. That one changes spaces and refuses single brackets, and keys may have both.
 */
export function acknowledgeWildcards(
  owner: IConstruct,
  reason: string,
  resources: readonly string[],
): void {
  for (const arn of resources)
    owner.node.addMetadata(Validations.ACKNOWLEDGED_RULES_METADATA_KEY, {
      [`Annotation::AwsSolutions-IAM5[Resource::${arn}]`]: reason,
    });
}
