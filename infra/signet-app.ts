import { App, Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks } from 'cdk-nag';
import { SignetStack, type StackProps } from './stack.ts';

/** Of the library's switches those that change this template; without them it is written as in 2019. */
const flags = {
  '@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy': true,
  '@aws-cdk/aws-iam:minimizePolicies': true,
  '@aws-cdk/core:enablePartitionLiterals': true,
  '@aws-cdk/aws-lambda:recognizeLayerVersion': true,
} as const;

export type AppOptions = {
  readonly outdir?: string;
  /** CloudFormation's own rules and those of cdk-nag, which take some seconds. */
  readonly checked: boolean;
};

/** The app with its one stack; making the template fails where a rule finds something. */
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
