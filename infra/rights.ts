import { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Permission } from '../shared/deployment/permissions.ts';
import { type Right, rights, rightTexts } from '../shared/deployment/rights.ts';
import {
  operatorSourceCharacters,
  sourcePermissions,
} from '../shared/deployment/source-permissions.ts';
import type { SourceEntries } from '../shared/policy/source-entries.ts';
import { acknowledgeKeyWildcards, type Resources, statementsOf } from './permissions.ts';

/** `operator` becomes `OperatorPolicy`. */
const idOf = (right: string): string => `${right.charAt(0).toUpperCase()}${right.slice(1)}Policy`;

/** IAM allows letters, digits and some signs. */
const plainText = (text: string): string => text.replaceAll('`', '');

/** What a right allows in this deployment. Commands of operators look at sources wherever they are. */
const permissionsFor = (right: Right, entries: SourceEntries): readonly Permission[] => [
  ...rights[right],
  ...(right === 'operator' ? (sourcePermissions(entries, operatorSourceCharacters) ?? []) : []),
];

/**
 * Makes a managed policy for each right. They are attached to nobody: who gets them is decided where people and roles
 * are managed.
 */
export function makeRights(scope: Construct, resources: Resources, entries: SourceEntries): void {
  for (const right of Object.keys(rights) as readonly Right[]) {
    const permissions = permissionsFor(right, entries);
    const policy = new ManagedPolicy(scope, idOf(right), {
      managedPolicyName: `${resources.names.stack}-${right}`,
      description: plainText(`Signet: ${rightTexts[right]}`),
      statements: [...statementsOf(permissions, resources)],
    });
    acknowledgeKeyWildcards(policy, permissions, resources);
  }
}
