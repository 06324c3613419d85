import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { zipSync } from 'fflate';
import { readStackSettings } from '../../infra/settings.ts';
import { signetApp } from '../../infra/signet-app.ts';
import type { Zips } from '../../infra/stack.ts';

/* Makes the template for settings, with small zips instead of the real ones. */

export const account = '111111111111';
export const certificateArn = `arn:aws:acm:us-east-1:${account}:certificate/11111111-2222-3333-4444-555555555555`;
export const domains = {
  certificateArn,
  hosts: { 'img.example.com': null, '*.img.example.com': '*', 'img.acme.com': 'acme' },
} as const;

export type Resource = {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly DependsOn?: string | readonly string[];
};
export type Template = {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
  readonly Metadata: Readonly<Record<string, unknown>>;
};

const code = new TextEncoder().encode('export const handler = async () => {};');

function smallZips(folder: string): Zips {
  const names = ['viewerRequest', 'originResponse', 'purge', 'secrets'] as const;
  const zips = names.map((name) => {
    const file = path.join(folder, `${name}.zip`);
    writeFileSync(file, zipSync({ 'index.mjs': code, [name]: code }));
    return [name, file] as const;
  });
  return Object.fromEntries(zips) as Zips;
}

/** Makes the app in a temporary folder and passes it to a function. */
export function withApp<T>(
  context: object,
  checked: boolean,
  use: (made: ReturnType<typeof signetApp>) => T,
): T {
  const folder = mkdtempSync(path.join(tmpdir(), 'signet-synth-'));
  try {
    const settings = readStackSettings(context, account);
    const zips = smallZips(folder);
    return use(signetApp({ settings, zips }, { outdir: path.join(folder, 'out'), checked }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const templates = new Map<string, Template>();

/** The template that CloudFormation would get. The same settings are synthesized once. */
export function templateFor(context: object = {}): Template {
  const settings = JSON.stringify(context);
  const known = templates.get(settings);
  if (known !== undefined) return known;
  const template = withApp(context, false, ({ app, stack }) => {
    return app.synth().getStackByName(stack.stackName).template as Template;
  });
  templates.set(settings, template);
  return template;
}

/** The resources of a type, with their logical ids. */
export function ofType(
  { Resources }: Template,
  type: string,
): readonly (readonly [string, Resource])[] {
  return Object.entries(Resources).filter(([, { Type }]) => Type === type);
}

/** A value inside a resource's properties, or undefined. */
export function at(value: unknown, ...steps: readonly (string | number)[]): unknown {
  return steps.reduce<unknown>(
    (found, step) =>
      typeof found === 'object' && found !== null ? Reflect.get(found, step) : undefined,
    value,
  );
}
