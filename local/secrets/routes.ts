import * as v from 'valibot';
import type { Identity } from '../http/sigv4.ts';
import { SecretError } from './secret-error.ts';
import {
  createSecret,
  describeSecret,
  getSecretValue,
  listSecrets,
  type Output,
  putSecretValue,
  rotateSecret,
  type SecretCall,
  updateSecretVersionStage,
} from './secret-operations.ts';
import {
  createSecretRequest,
  describeSecretRequest,
  getSecretValueRequest,
  listSecretsRequest,
  putSecretValueRequest,
  rotateSecretRequest,
  updateStageRequest,
} from './secret-requests.ts';
import type { DiskSecrets } from './secret-store.ts';

export type Context = {
  readonly store: DiskSecrets;
  readonly region: string;
  readonly identity: Identity;
};

type Route = (action: string, input: unknown, context: Context) => Promise<Output>;

function makeRoute<Schema extends v.GenericSchema>(
  schema: Schema,
  run: (call: SecretCall<Schema>) => Promise<Output>,
): Route {
  return async (action, input, { store, region, identity }) => {
    const parsed = v.safeParse(schema, input);
    if (!parsed.success) {
      const [issue] = parsed.issues;
      throw new SecretError(
        'ValidationException',
        `${v.getDotPath(issue)}: ${describeIssue(issue)}`,
      );
    }
    if (!identity.allows(`secretsmanager:${action}`, resourceOf(input, store))) {
      const message = `${identity.accessKeyId} is not authorized: secretsmanager:${action}`;
      throw new SecretError('AccessDeniedException', message);
    }
    return run({ input: parsed.output, store, region });
  };
}

/** Describes what was expected. The input is never quoted, because it may be a secret. */
function describeIssue({ kind, type, expected, requirement }: v.BaseIssue<unknown>): string {
  if (kind === 'schema') return `expected ${expected ?? type}`;
  return `${type.replaceAll('_', ' ')} ${expected ?? String(requirement ?? '')}`.trim();
}

/** The secret's name, also for an ARN, so that one permission covers both forms. */
function resourceOf(input: unknown, store: DiskSecrets): string {
  const { Name, SecretId } = input as { readonly Name?: string; readonly SecretId?: string };
  const id = Name ?? SecretId ?? '*';
  const inArn = /^arn:aws:secretsmanager:[^:]*:[^:]*:secret:(.+)$/.exec(id)?.[1];
  return store.find(id)?.name ?? inArn?.replace(/-[A-Za-z0-9]{6}$/, '') ?? id;
}

// The whole API. Every other operation is an UnknownOperationException.
const routes: Readonly<Record<string, Route>> = {
  CreateSecret: makeRoute(createSecretRequest, createSecret),
  DescribeSecret: makeRoute(describeSecretRequest, describeSecret),
  GetSecretValue: makeRoute(getSecretValueRequest, getSecretValue),
  ListSecrets: makeRoute(listSecretsRequest, listSecrets),
  PutSecretValue: makeRoute(putSecretValueRequest, putSecretValue),
  RotateSecret: makeRoute(rotateSecretRequest, rotateSecret),
  UpdateSecretVersionStage: makeRoute(updateStageRequest, updateSecretVersionStage),
};

/** Runs the operation that x-amz-target names. */
export async function runOperation(
  target: string,
  input: unknown,
  context: Context,
): Promise<Output> {
  const [service, action = '', ...more] = target.split('.');
  const known = service === 'secretsmanager' && more.length === 0 && Object.hasOwn(routes, action);
  const found = known ? routes[action] : undefined;
  if (found === undefined) {
    throw new SecretError(
      'UnknownOperationException',
      `The operation ${target} is not supported here.`,
    );
  }
  return found(action, input, context);
}
