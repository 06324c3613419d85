import { App, Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks } from 'cdk-nag';
import { SignetStack, type StackProps } from './stack.ts';

/** The CDK feature flags that change this template. Without them the CDK uses its behavior of 2019. */
const flags = {
  '@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy': true,
  '@aws-cdk/aws-iam:minimizePolicies': true,
  '@aws-cdk/core:enablePartitionLiterals': true,
  '@aws-cdk/aws-lambda:recognizeLayerVersion': true,
} as const;

export type AppOptions = {
  readonly outdir?: string;
  /** Whether to check the rules of CloudFormation and cdk-nag, which takes some seconds. */
  readonly checked: boolean;
};

/** Makes the app with its one stack. If `checked`, synthesis fails on every finding. */
export function signetApp(props: StackProps, { outdir, checked }: AppOptions) {
  const app = new App({
    ...(outdir === undefined ? {} : { outdir }),
    postCliContext: flags,
    analyticsReporting: false,
    builtinCloudFormationValidation: checked,
  });
  const stack = new SignetStack(app, props);
  if (checked) Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return { app, stack };
}
