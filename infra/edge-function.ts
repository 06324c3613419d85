import {
  CompositePrincipal,
  PolicyDocument,
  PolicyStatement,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { type Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { Permission } from '../shared/deployment/permissions.ts';
import { acknowledgeWildcards } from './acknowledge.ts';
import { logDays } from './log-days.ts';
import { logGroupOf } from './names.ts';
import { acknowledgeKeys, type Resources, statementsOf } from './permissions.ts';
import type { StackSettings } from './settings.ts';

export type EdgeFunctionProps = {
  readonly name: string;
  readonly zip: string;
  readonly memoryMb: number;
  readonly timeout: Duration;
  readonly permissions: readonly Permission[];
  readonly resources: Resources;
  readonly settings: StackSettings;
};

/** Replicas log in the Region where they run, and make the group there themselves. */
function ownLogs({ name, settings }: EdgeFunctionProps): string {
  return `arn:aws:logs:*:${settings.account}:log-group:${logGroupOf(name)}:*`;
}

function edgeRole(scope: Construct, id: string, props: EdgeFunctionProps): Role {
  const { permissions, resources } = props;
  const writeLogs = new PolicyStatement({
    actions: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
    resources: [ownLogs(props)],
  });
  const statements = [...statementsOf(permissions, resources), writeLogs];
  const role = new Role(scope, `${id}Role`, {
    // CloudFront copies the function in the name of the second one.
    assumedBy: new CompositePrincipal(
      new ServicePrincipal('lambda.amazonaws.com'),
      new ServicePrincipal('edgelambda.amazonaws.com'),
    ),
    inlinePolicies: { own: new PolicyDocument({ statements }) },
  });
  acknowledgeKeys(role, permissions, resources);
  acknowledgeWildcards(role, 'Replicas log in the Region where they run', [ownLogs(props)]);
  return role;
}

/**
 * A function of the distribution: no environment, layers, network or tracing, x86_64, and every version
 * kept, since replicas outlive the version they are of by hours.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-functions-restrictions.html
 */
export function edgeFunction(
  scope: Construct,
  id: string,
  props: EdgeFunctionProps,
): LambdaFunction {
  return new LambdaFunction(scope, id, {
    functionName: props.name,
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.X86_64,
    handler: 'index.handler',
    code: Code.fromAsset(props.zip),
    memorySize: props.memoryMb,
    timeout: props.timeout,
    role: edgeRole(scope, id, props),
    logGroup: new LogGroup(scope, `${id}Logs`, {
      logGroupName: logGroupOf(props.name),
      retention: logDays(props.settings),
      removalPolicy: RemovalPolicy.DESTROY,
    }),
    currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
  });
}
