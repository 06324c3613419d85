import path from 'node:path';
import { expect } from 'vitest';
import { settingNames } from '../../infra/settings.ts';
import { at, domains, templateFor } from '../infra/synth.ts';
import { checks } from './checks.ts';
import { runPython } from './moto.ts';

const everySetting = {
  ...domains,
  ...{ name: 'images', secretsPrefix: 'images', account: '111111111111', region: 'us-east-1' },
  ...{ disabledFormats: ['gif'], reservedConcurrency: 5 },
  corsOrigins: ['https://www.example.com'],
  uploadOrigins: ['https://www.example.com'],
  sources: {
    photos: {
      ...{ bucket: 'my-photos', region: 'eu-west-1', account: '222222222222' },
      ...{ prefix: 'images/{tenant}/', tenants: ['acme', 'zed'], list: false },
      key: 'arn:aws:kms:eu-west-1:222222222222:key/11111111-2222-3333-4444-555555555555',
    },
  },
  ...{ originShieldRegion: 'eu-central-1', priceClass: '100', firewall: {} },
  alarmEmail: 'ops@example.com',
  ...{ logOneIn: 5, logDays: 90, rotationDays: 30, tags: { team: 'images' } },
};

/** Why a warning of cfn-lint stays. Every other finding fails. */
const reasons: ReadonlyMap<string, string> = new Map([
  [
    'W3005',
    'The CDK writes `DependsOn` beside a reference to the same resource. CloudFormation creates both in the same order without it.',
  ],
]);

const found = new Map<string, number>();

/** The warnings of all templates: the rule, how often it was found, and why it stays. */
export const lintWarnings = (): readonly (readonly [string, number, string])[] =>
  [...found].map(([rule, count]) => [rule, count, reasons.get(rule) ?? '']);

type Finding = { readonly rule: string; readonly level: string; readonly message: string };

/** The findings in the text of a template. */
function lint(folder: string, template: string): readonly Finding[] {
  const program = path.join(folder, 'bin', 'cfn-lint');
  const words = [program, '--format', 'json', '--regions', 'us-east-1'];
  const { stdout, stderr } = runPython(folder, words, template);
  if (!stdout.startsWith('[')) throw new Error(`cfn-lint: ${stderr || stdout}`);
  const findings = JSON.parse(stdout) as readonly unknown[];
  return findings.map((one) => ({
    rule: String(at(one, 'Rule', 'Id')),
    level: String(at(one, 'Level')),
    message: String(at(one, 'Message')),
  }));
}

function checkFindings(findings: readonly Finding[]): void {
  for (const { rule } of findings) found.set(rule, (found.get(rule) ?? 0) + 1);
  expect(findings.filter(({ rule }) => !reasons.has(rule))).toEqual([]);
  expect(findings.filter(({ level }) => level === 'Error')).toEqual([]);
}

/** Declares the checks of the template. `folder` is that of cfn-lint. */
export function checkTemplates(folder: () => string): void {
  checks('templates', 'the default settings', 'no errors', async () => {
    checkFindings(lint(folder(), JSON.stringify(templateFor())));
  });

  checks('templates', 'a value for every setting of cdk.json', 'no errors', async () => {
    expect(Object.keys(everySetting).toSorted()).toEqual([...settingNames].toSorted());
    checkFindings(lint(folder(), JSON.stringify(templateFor(everySetting))));
  });

  checks('templates', 'a template with a mistake', 'is an error', async () => {
    const template = JSON.stringify(templateFor()).replaceAll('nodejs24.x', 'nodejs24.y');
    const errors = lint(folder(), template).filter(({ level }) => level === 'Error');
    expect(errors).toHaveLength(4);
  });
}
