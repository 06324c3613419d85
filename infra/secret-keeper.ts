import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnRotationSchedule } from 'aws-cdk-lib/aws-secretsmanager';
import { CfnCustomResource, Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { permissions } from '../shared/deployment/permissions.ts';
import { rotationAgeEvent, rotationAgeHours } from '../shared/deployment/rotation-age.ts';
import type { Names } from './names.ts';
import { makeRegionalFunction } from './regional-function.ts';
import type { Secrets } from './secrets.ts';
import type { StackSettings } from './settings.ts';

export type SecretKeeperParts = {
  readonly settings: StackSettings;
  readonly names: Names;
  readonly secrets: Secrets;
  readonly zip: string;
};

/** Increase it to run the function again, for example after a change of the secrets' format. */
const firstSecretsVersion = '2';

/**
 * Secrets Manager runs the function every `rotationDays`; each run adds a root key. The CDK's rotation
 * is not used: it allows the function to create passwords and forbids the account to delete secrets.
 */
function rotateOnSchedule(scope: Construct, keeper: LambdaFunction, parts: SecretKeeperParts) {
  const { roots } = parts.secrets;
  keeper.addPermission('Rotates', {
    principal: new ServicePrincipal('secretsmanager.amazonaws.com'),
    // AWS documents only the account as a condition. The function checks which secret is rotated.
    sourceAccount: parts.settings.account,
  });
  return new CfnRotationSchedule(scope, 'RotationSchedule', {
    secretId: roots.secretArn,
    rotationLambdaArn: keeper.functionArn,
    rotationRules: { automaticallyAfterDays: parts.settings.rotationDays },
    rotateImmediatelyOnUpdate: false,
  });
}

/** Runs the function twice a day, so that it writes how long ago the roots were rotated. */
function measureRotations(scope: Construct, keeper: LambdaFunction): void {
  new Rule(scope, 'RotationCheck', {
    description: 'Signet: measures when the root keys were rotated',
    schedule: Schedule.rate(Duration.hours(rotationAgeHours)),
    targets: [
      new LambdaTarget(keeper, { event: RuleTargetInput.fromObject({ ...rotationAgeEvent }) }),
    ],
  });
}

/**
 * Makes the function that fills the secrets of a new stack and rotates the roots. Resources that need
 * filled secrets depend on `first`.
 */
export function makeSecretKeeper(scope: Construct, parts: SecretKeeperParts) {
  const { names, secrets, settings, zip } = parts;
  const keeper = makeRegionalFunction(scope, 'SecretKeeper', {
    zip,
    description: 'Creates the first keys of a stack and adds a root key at each rotation',
    settings,
    // The first keys may have to wait until IAM knows the role.
    timeoutSeconds: 180,
    environment: { SIGNET_SECRETS_PREFIX: settings.secretsPrefix },
    permissions: permissions.secrets,
    resources: { names, secrets },
  });
  const first = new CfnCustomResource(scope, 'FirstSecrets', {
    serviceToken: keeper.functionArn,
    serviceTimeout: 240,
  });
  first.addPropertyOverride('Version', firstSecretsVersion);
  // The function refuses to fill secrets with other names than before.
  first.addPropertyOverride('SecretsPrefix', settings.secretsPrefix);
  // The role's policy is inline, so it exists when the function does.
  first.node.addDependency(keeper);
  const schedule = rotateOnSchedule(scope, keeper, parts);
  schedule.node.addDependency(keeper, first);
  measureRotations(scope, keeper);
  return { keeper, first };
}
