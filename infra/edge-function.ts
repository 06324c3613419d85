import {
  CompositePrincipal,
  PolicyDocument,
  PolicyStatement,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { type Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { logGroupOf } from '../shared/deployment/edge-logs.ts';
import type { Permission } from '../shared/deployment/permissions.ts';
import { acknowledgeWildcards } from './acknowledge.ts';
import { logRetention } from './log-retention.ts';
import { acknowledgeKeyWildcards, type Resources, statementsOf } from './permissions.ts';
import type { StackSettings } from './settings.ts';

export type EdgeFunctionProps = {
  readonly name: string;
  /** The logical id and the name of its role. Without a name, CloudFormation chooses one. */
  readonly role: { readonly id: string; readonly name?: string };
  readonly zip: string;
  readonly memoryMb: number;
  readonly timeout: Duration;
  readonly permissions: readonly Permission[];
  readonly resources: Resources;
  readonly settings: StackSettings;
};

/** The log group. Replicas log in the Region where they run and create the group there. */
function logGroupArn({ name, settings }: EdgeFunctionProps): string {
  return `arn:aws:logs:*:${settings.account}:log-group:${logGroupOf(name)}:*`;
}

function makeEdgeRole(scope: Construct, props: EdgeFunctionProps): Role {
  const { permissions, resources } = props;
  const writeLogs = new PolicyStatement({
    actions: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
    resources: [logGroupArn(props)],
  });
  const statements = [...statementsOf(permissions, resources), writeLogs];
  const { id, name } = props.role;
  const role = new Role(scope, id, {
    ...(name === undefined ? {} : { roleName: name }),
    // CloudFront replicates the function as edgelambda.
    assumedBy: new CompositePrincipal(
      new ServicePrincipal('lambda.amazonaws.com'),
      new ServicePrincipal('edgelambda.amazonaws.com'),
    ),
    inlinePolicies: { own: new PolicyDocument({ statements }) },
  });
  acknowledgeKeyWildcards(role, permissions, resources);
  acknowledgeWildcards(role, 'Replicas write logs in the Region where they run', [
    logGroupArn(props),
  ]);
  return role;
}

/**
 * Makes a Lambda@Edge function: x86_64, without environment, layers, VPC or tracing. Old versions are
 * retained, because their replicas live on for hours. Log formats and levels are allowed at the edge, too:
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-functions-logs.html
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-functions-restrictions.html
 */
export function makeEdgeFunction(
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
    role: makeEdgeRole(scope, props),
    logGroup: new LogGroup(scope, `${id}Logs`, {
      logGroupName: logGroupOf(props.name),
      retention: logRetention(props.settings),
      removalPolicy: RemovalPolicy.DESTROY,
    }),
    // Lambda's own lines about the start and the end of each event would cost more than ours.
    loggingFormat: LoggingFormat.JSON,
    systemLogLevelV2: SystemLogLevel.WARN,
    applicationLogLevelV2: ApplicationLogLevel.INFO,
    currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
  });
}
