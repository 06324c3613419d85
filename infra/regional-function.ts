import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { Permission } from '../shared/deployment/permissions.ts';
import { logRetention } from './log-retention.ts';
import { acknowledgeKeyWildcards, type Resources, statementsOf } from './permissions.ts';
import type { StackSettings } from './settings.ts';

export type RegionalFunctionProps = {
  readonly zip: string;
  readonly description: string;
  readonly timeoutSeconds: number;
  /** The executions that only this function may use, and the most that it uses. */
  readonly reservedConcurrency?: number | undefined;
  readonly environment: Readonly<Record<string, string>>;
  readonly permissions: readonly Permission[];
  readonly resources: Resources;
  readonly settings: StackSettings;
};

/** Makes a function in the stack's Region that runs from a queue or a schedule. No viewer waits for it. */
export function makeRegionalFunction(
  scope: Construct,
  id: string,
  props: RegionalFunctionProps,
): LambdaFunction {
  const { permissions, reservedConcurrency, resources, settings } = props;
  const logGroup = new LogGroup(scope, `${id}Logs`, {
    retention: logRetention(settings),
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const writeLogs = new PolicyStatement({
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    resources: [logGroup.logGroupArn],
  });
  const statements = [...statementsOf(permissions, resources), writeLogs];
  const role = new Role(scope, `${id}Role`, {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    inlinePolicies: { own: new PolicyDocument({ statements }) },
  });
  acknowledgeKeyWildcards(role, permissions, resources);
  return new LambdaFunction(scope, id, {
    description: props.description,
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    handler: 'index.handler',
    code: Code.fromAsset(props.zip),
    memorySize: 256,
    ...(reservedConcurrency === undefined
      ? {}
      : { reservedConcurrentExecutions: reservedConcurrency }),
    timeout: Duration.seconds(props.timeoutSeconds),
    environment: { ...props.environment },
    logGroup,
    role,
  });
}
