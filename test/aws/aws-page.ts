import { markdownTable } from '../proof/markdown-table.ts';

/* The text of docs/proof-aws.md. */

export const sections = ['commands', 'functions', 'templates'] as const;
export type Section = (typeof sections)[number];

export type AwsRow = {
  readonly section: Section;
  /** The command, event or template. */
  readonly what: string;
  /** What has to hold. */
  readonly expected: string;
  /** `passed`, or what is wrong. */
  readonly result: string;
};

export type AwsRun = {
  readonly versions: string;
  /** The version of the Node that runs the functions. */
  readonly node: string;
  readonly isolation: string;
  /** The types of resources that moto's CloudFormation does not create. */
  readonly dropped: readonly string[];
  /** Warnings of cfn-lint: the rule, how often it was found, and why it stays. */
  readonly warnings: readonly (readonly [rule: string, count: number, why: string])[];
};

const table = (rows: readonly AwsRow[], section: Section): string =>
  markdownTable(
    ['what', 'what has to hold', 'result'],
    rows
      .filter((row) => row.section === section)
      .map(({ what, expected, result }) => [what, expected, result]),
    300,
  );

const code = (text: string): string => `\`${text}\``;

/** Writes the page. */
export function awsPage(rows: readonly AwsRow[], run: AwsRun): string {
  const failed = rows.filter(({ result }) => !result.startsWith('passed')).length;
  return `# Another AWS

For reviewers who want to know what was tried against an AWS that this project did not write. \`npm run proof -- aws\` writes
this page.

${run.versions}. ${rows.length} checks, ${failed} failed.

[moto](https://docs.getmoto.org) is an implementation of AWS's services by other people. Here it is S3, Secrets Manager, SQS,
CloudFront, CloudFormation, Lambda's store of functions and CloudWatch Logs, with its defaults. The stack is made from the
synthesised template, with the same outputs and metadata. moto's CloudFormation does not make ${run.dropped.length} of the types
in it, so they are left out: ${run.dropped.map(code).join(', ')}. The distribution, the empty secrets and the
notifications of the buckets are made with the API of their service, with the values of the template. The metadata is given as
text, because moto prints an object as Python does.

## Commands

Each command runs with \`--target aws:signet\` and finds moto through the variables of the SDK, \`AWS_ENDPOINT_URL\` and
\`AWS_ENDPOINT_URL_S3\`. Views go through both edge functions, as below.

${table(rows, 'commands')}

## Functions

The four zips, as the stack uploads them, under AWS's runtime interface emulator: on Node ${run.node}, without \`HOME\`, with ${run.isolation}.
After each event all processes are stopped, and their connections are cut before the next one.

${table(rows, 'functions')}

## Templates

[cfn-lint](https://github.com/aws-cloudformation/cfn-lint) knows the schemas of CloudFormation's resources.

${table(rows, 'templates')}

${markdownTable(
  ['warning', 'times', 'why it stays'],
  run.warnings.map(([rule, count, why]) => [rule, String(count), why]),
  300,
)}

## What this does not show

- **Permissions.** Only the commands that run "as" someone do so with a managed policy of the stack, and moto compares the resources
  of S3 alone, knows no conditions, and asks no policy in CloudFront. Everything else runs with every permission. The permissions of
  the roles, the bucket policies, the conditions such as \`s3:if-none-match\`, and origin access control are compared with the code
  and enforced by the stack on one machine, not by AWS.
- **Functions of a distribution and quotas.** moto keeps no functions of a distribution, so \`doctor\` reports them here. Its Lambda does
  not tell the settings of an account; a server of the proof answers as AWS documents it.
- **CloudFront.** moto has no cache and no edge locations. How CloudFront replicates functions, chooses Regions, collapses requests,
  removes cached answers by tag, and adds headers of the response headers policy is not shown. [emulator.md](emulator.md) lists
  what the stack on one machine does instead.
- **Lambda@Edge itself.** The runtime interface emulator has the interface of Lambda's runtime, but not its limits of memory, CPU time and
  response size, and not the checks of CloudFront for what a function returns.
- **Throttling and quotas.** Nothing here answers \`SlowDown\`, \`TooManyRequests\` or \`LimitExceeded\`.
- **Deployment.** moto does not call the custom resource, the schedule of the rotation or the trigger of the queue. The proof sends
  their events. moto cannot hold a pending version without a value, so the first step of a rotation finds one with a value;
  \`test/tasks/rotation.test.ts\` has the other way. After a rotation moto still answers the earlier version to a read without a
  label; AWS answers the version that has \`AWSCURRENT\`.
- **Consistency and time.** moto answers at once and from one place.
`;
}
