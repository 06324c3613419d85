import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ofType, type Template, templateFor } from '../infra/synth.ts';

/* What docs/deploying.md says about a first deployment that failed, against what the template leaves behind. */

const page = readFileSync(new URL('../../docs/deploying.md', import.meta.url), 'utf8');
const [, section = ''] = /^## If the first deployment fails\n([\s\S]*?)^## /m.exec(page) ?? [];
const [, , clearing = ''] = [...section.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(
  ([, block = '']) => block,
);

/** What the commands of the page ask of AWS, run by a shell whose `aws` only prints its arguments. */
function askedOfAws(): readonly string[] {
  const script = `aws() { echo "$@"; }\n${clearing}`;
  const { stdout, status } = spawnSync('bash', ['-euc', script], { encoding: 'utf8' });
  expect(status).toBe(0);
  return stdout.trimEnd().split('\n');
}

/** The commands that remove what has a fixed name. A name that stays would make the next deployment fail. */
function removals(template: Template): readonly string[] {
  const named = (type: string, property: string, command: string) =>
    ofType(template, type).flatMap(([, { Properties }]) => {
      const name = Properties[property];
      return typeof name === 'string'
        ? [`${command}${name.replace('111111111111', '123456789012')}`]
        : [];
    });
  return [
    ...named('AWS::S3::Bucket', 'BucketName', 's3 rb --force s3://'),
    ...named(
      'AWS::SecretsManager::Secret',
      'Name',
      'secretsmanager delete-secret --region us-east-1 --force-delete-without-recovery --secret-id ',
    ),
    ...named(
      'AWS::Lambda::Function',
      'FunctionName',
      'lambda delete-function --region us-east-1 --function-name ',
    ),
    ...named(
      'AWS::Logs::LogGroup',
      'LogGroupName',
      'logs delete-log-group --region us-east-1 --log-group-name ',
    ),
  ];
}

const template = templateFor();

describe('after a first deployment that failed', () => {
  it('the commands of the page remove everything whose name could be taken', () => {
    const wanted = removals(template);
    expect(wanted).toHaveLength(11);
    expect([...askedOfAws()].toSorted()).toEqual([...wanted].toSorted());
  });

  it('CloudFormation itself removes buckets and secrets, which a later deletion keeps', () => {
    const lasting = [
      ...ofType(template, 'AWS::S3::Bucket'),
      ...ofType(template, 'AWS::SecretsManager::Secret'),
    ];
    expect(lasting).toHaveLength(7);
    for (const [, { DeletionPolicy }] of lasting)
      expect(DeletionPolicy).toBe('RetainExceptOnCreate');
  });

  it('nothing else is kept by CloudFormation but versions of functions', () => {
    const kept = Object.values(template.Resources).filter(
      ({ DeletionPolicy }) => DeletionPolicy === 'Retain',
    );
    expect(new Set(kept.map(({ Type }) => Type))).toEqual(new Set(['AWS::Lambda::Version']));
  });
});
