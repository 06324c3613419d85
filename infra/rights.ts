import { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { type Right, rights, rightTexts } from '../shared/deployment/rights.ts';
import { acknowledgeKeyWildcards, type Resources, statementsOf } from './permissions.ts';

/** `operator` becomes `OperatorPolicy`. */
const idOf = (right: string): string => `${right.charAt(0).toUpperCase()}${right.slice(1)}Policy`;

/** IAM allows letters, digits and some signs. */
const plainText = (text: string): string => text.replaceAll('`', '');

/**
 * Makes a managed policy for each right. They are attached to nobody: who gets them is decided where people and roles
 * are managed.
 */
export function makeRights(scope: Construct, resources: Resources): void {
  for (const right of Object.keys(rights) as readonly Right[]) {
    const permissions = rights[right];
    const policy = new ManagedPolicy(scope, idOf(right), {
      managedPolicyName: `${resources.names.stack}-${right}`,
      description: plainText(`Signet: ${rightTexts[right]}`),
      statements: [...statementsOf(permissions, resources)],
    });
    acknowledgeKeyWildcards(policy, permissions, resources);
  }
}
