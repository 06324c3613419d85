import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { localCredentials, localRegion } from '../../../../shared/deployment/local-endpoints.ts';

/** What a tool can be asked to do. `{key}`, `{file}` and `{target}` are replaced in its words. */
export type CallName =
  | 'upload'
  | 'upload in one piece'
  | 'upload a stream'
  | 'list'
  | 'download'
  | 'copy'
  | 'copy in one call'
  | 'move'
  | 'presign a download, defaults'
  | 'presign a download'
  | 'presign an upload'
  | 'sign a POST form'
  | 'sync up'
  | 'sync down'
  | 'delete';

export type Words = readonly string[];

export type Tool = {
  readonly name: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly calls: Readonly<Partial<Record<CallName, Words>>>;
};

export type ToolMaker = {
  readonly name: string;
  readonly version: string;
  readonly make: (place: ToolPlace) => Tool;
};

export type ToolPlace = {
  /** The address of S3. */
  readonly endpoint: string;
  readonly bucket: string;
  /** A folder for configuration files. */
  readonly folder: string;
};

/** The path of a script in this folder. */
export const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** The variables that the SDKs and the aws CLI read. Nothing else is configured. */
export const awsVariables = ({ endpoint, folder }: ToolPlace) => ({
  AWS_ACCESS_KEY_ID: localCredentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: localCredentials.secretAccessKey,
  AWS_REGION: localRegion,
  AWS_DEFAULT_REGION: localRegion,
  AWS_ENDPOINT_URL: endpoint,
  AWS_CONFIG_FILE: path.join(folder, 'no-aws-config'),
  AWS_SHARED_CREDENTIALS_FILE: path.join(folder, 'no-aws-credentials'),
  PYTHONDONTWRITEBYTECODE: '1',
});

export type ScriptCalls = Readonly<Partial<Record<CallName, string>>>;

/** A tool that is called by a script: SCRIPT CALL BUCKET KEY [FILE or TARGET]. */
export function scriptCalls(program: Words, bucket: string, names: ScriptCalls): Tool['calls'] {
  const operands: Readonly<Partial<Record<CallName, string>>> = {
    ...{ upload: '{file}', 'upload in one piece': '{file}', 'upload a stream': '{file}' },
    ...{ download: '{file}', copy: '{target}', 'copy in one call': '{target}', move: '{target}' },
    'sync up': '{file}',
  };
  return Object.fromEntries(
    Object.entries(names).map(([call, name]) => {
      const operand = operands[call as CallName];
      return [
        call,
        [...program, name, bucket, '{key}', ...(operand === undefined ? [] : [operand])],
      ];
    }),
  );
}

/** Makes an empty folder for the files of one tool. */
export function makeToolFolder(parent: string, name: string): string {
  const folder = path.join(parent, name.replaceAll(/\W+/g, '-'));
  mkdirSync(folder, { recursive: true });
  return folder;
}
