import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnRotationSchedule } from 'aws-cdk-lib/aws-secretsmanager';
import { CfnCustomResource } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { permissions } from '../shared/deployment/permissions.ts';
import type { Names } from './names.ts';
import { ordinaryFunction } from './ordinary-function.ts';
import type { Secrets } from './secrets.ts';
import type { StackSettings } from './settings.ts';

export type SecretKeeperParts = {
  readonly settings: StackSettings;
  readonly names: Names;
  readonly secrets: Secrets;
  readonly zip: string;
};

/** Raised when the function has to look at the secrets again, as after a change of what they hold. */
const firstSecretsVersion = '1';

/**
 * Secrets Manager runs the function every so many days, and each time it adds a root key. Not by the
 * library's way, which lets the function ask for passwords and forbids the account to delete secrets.
 */
function rotateOnSchedule(scope: Construct, keeper: LambdaFunction, parts: SecretKeeperParts) {
  const { roots } = parts.secrets;
  keeper.addPermission('Rotates', {
    principal: new ServicePrincipal('secretsmanager.amazonaws.com'),
    // Which secret asks it is the function that looks; AWS documents the account alone.
    sourceAccount: parts.settings.account,
  });
  return new CfnRotationSchedule(scope, 'RotationSchedule', {
    secretId: roots.secretArn,
    rotationLambdaArn: keeper.functionArn,
    rotationRules: { automaticallyAfterDays: parts.settings.rotationDays },
    rotateImmediatelyOnUpdate: false,
  });
}

/** The function that fills the secrets while a stack is made, and rotates the roots; `first` is done when they are filled. */
export function makeSecretKeeper(scope: Construct, parts: SecretKeeperParts) {
  const { names, secrets, settings, zip } = parts;
  const keeper = ordinaryFunction(scope, 'SecretKeeper', {
    zip,
    about: 'Makes the first keys of a stack, and adds a root key when the roots are rotated',
    settings,
    environment: {},
    permissions: permissions.secrets,
    resources: { names, secrets },
  });
  const first = new CfnCustomResource(scope, 'FirstSecrets', {
    serviceToken: keeper.functionArn,
    serviceTimeout: 120,
  });
  first.addPropertyOverride('Version', firstSecretsVersion);
  // The role's policy is inline, so it is there once the function is.
  first.node.addDependency(keeper);
  const schedule = rotateOnSchedule(scope, keeper, parts);
  schedule.node.addDependency(keeper, first);
  return { keeper, first };
}
