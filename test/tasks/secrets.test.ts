import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { portFailure } from '../../shared/adapters/aws-client.ts';
import { renderInStep } from '../../shared/keys/roots.ts';
import { secretIds } from '../../shared/keys/store.ts';
import { answerCustomResource } from '../../tasks/custom-resource.ts';
import { retryWhileDenied } from '../../tasks/new-role.ts';
import { describeFailure } from '../../tasks/sentence.ts';
import { secretKeeper } from '../local/secrets/embedded-secrets.ts';
import { failure, type Keeper, privateParts, startKeeper } from './secret-keeper.ts';

/* The function as CloudFormation calls it: its answer is a PUT to an address that was signed by S3. */

type Answer = {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly type: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
};

const answers: Answer[] = [];
/** What the next answers are met with; 200 when it is empty. 0 hangs up. */
const statuses: number[] = [];
let address = '';
const server = http.createServer((request, response) => {
  void request.toArray().then((chunks) => {
    const { method, url, headers } = request;
    const body = JSON.parse(Buffer.concat(chunks).toString());
    answers.push({ method, url, type: headers['content-type'], body });
    const status = statuses.shift() ?? 200;
    if (status === 0) response.destroy();
    else response.writeHead(status).end('<Whatever/>');
  });
});

let keeper: Keeper;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
beforeEach(async () => {
  answers.length = 0;
  statuses.length = 0;
  keeper = await startKeeper();
});
afterEach(() => keeper.discard());

const signature = 'X-Amz-Signature=0123456789abcdef';
const ids = {
  StackId: 'arn:aws:cloudformation:us-east-1:000000000000:stack/signet/1',
  RequestId: 'request-1',
  LogicalResourceId: 'FirstSecrets',
};
const requested = (RequestType: unknown, more: object = {}) => ({
  RequestType,
  ResponseURL: `${address}/answer?${signature}`,
  ResourceType: 'AWS::CloudFormation::CustomResource',
  ResourceProperties: { ServiceToken: 'arn', Version: '1' },
  ...ids,
  ...more,
});
const texts = () => Promise.all(Object.values(secretIds).map((id) => keeper.text(id)));
const inOrder = (): Promise<boolean> => renderInStep(keeper.world);

/** Everything that has left the function, and what may not be in it. */
async function expectNothingSecret(): Promise<void> {
  const left = [...keeper.lines, ...answers.map((answer) => JSON.stringify(answer.body))].join(
    '\n',
  );
  const parts = (await texts()).flatMap(privateParts);
  expect(parts.length).toBeGreaterThanOrEqual(3);
  for (const part of [...parts, signature]) expect(left).not.toContain(part);
}

describe('a request of CloudFormation', () => {
  it('to create fills the empty secrets and is answered', async () => {
    await keeper.handler(requested('Create'));
    expect(answers).toEqual([
      {
        method: 'PUT',
        url: `/answer?${signature}`,
        type: '',
        body: {
          Status: 'SUCCESS',
          Reason: 'The secrets exist.',
          PhysicalResourceId: 'signet-secrets',
          ...ids,
          Data: { PublisherKeys: JSON.stringify((await keeper.keyring()).publishers) },
          NoEcho: true,
        },
      },
    ]);
    expect((await keeper.keyring()).kids).toEqual(['r1']);
    expect((await keeper.keyring()).publishers).toHaveLength(1);
    expect(await inOrder()).toBe(true);
    expect(keeper.lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ daysSinceRotation: 0 }),
      { function: 'secrets', level: 'info', requestType: 'Create', outcome: 'done' },
    ]);
    await expectNothingSecret();
  });

  it('to create again, to update or to delete does not change them', async () => {
    await keeper.handler(requested('Create'));
    const before = await texts();
    const labels = await keeper.labels();
    const again = { PhysicalResourceId: 'signet-secrets' };
    for (const type of ['Create', 'Update', 'Delete']) await keeper.handler(requested(type, again));
    expect(answers.map(({ body }) => body['Status'])).toEqual(Array(4).fill('SUCCESS'));
    expect(new Set(answers.map(({ body }) => body['PhysicalResourceId'])).size).toBe(1);
    expect(await texts()).toEqual(before);
    expect(await keeper.labels()).toEqual(labels);
  });

  it('to delete creates nothing', async () => {
    await keeper.handler(requested('Delete'));
    expect(answers.map(({ body }) => body['Status'])).toEqual(['SUCCESS']);
    for (const id of Object.values(secretIds))
      expect(await failure(keeper.text(id))).toMatch(/can't find the specified secret value/);
  });

  it('to update fills an empty secret', async () => {
    await keeper.handler(requested('Update'));
    expect(await inOrder()).toBe(true);
  });

  it('fails with a reason and replaces nothing if the root keys cannot be read', async () => {
    await keeper.fill();
    const [part = ''] = privateParts(await keeper.text());
    const broken = `{"keys":[{"k":"${part}"`;
    await keeper.secrets.write(secretIds.roots, broken);
    await keeper.handler(requested('Update'));
    const reason = 'secret roots is unusable: it is not JSON';
    expect(answers.map(({ body }) => [body['Status'], body['Reason']])).toEqual([
      ['FAILED', reason],
    ]);
    expect(await keeper.text()).toBe(broken);
    expect(JSON.parse(keeper.lines[0] ?? '')).toEqual({
      function: 'secrets',
      level: 'error',
      requestType: 'Update',
      outcome: 'failed',
      reason,
    });
    await expectNothingSecret();
  });

  it('fails if Secrets Manager does not answer', async () => {
    await keeper.embedded.stop();
    await keeper.handler(requested('Create'));
    const [answer] = answers;
    expect(answer?.body['Status']).toBe('FAILED');
    expect(answer?.body['Reason']).toMatch(
      /^Secrets Manager read of signet\/roots failed: no answer/,
    );
  });

  it('fails while there is time left to answer', async () => {
    const never = { ensure: () => new Promise<never>(() => undefined), patience: 50 };
    await answerCustomResource(requested('Create'), never);
    expect(answers[0]?.body).toMatchObject({
      Status: 'FAILED',
      Reason: 'it took longer than 0.05 seconds',
    });
  });

  it('fails for an unknown request type', async () => {
    await keeper.handler(requested('Read'));
    expect(answers[0]?.body).toMatchObject({
      Status: 'FAILED',
      Reason: 'the RequestType is not Create, Update or Delete',
    });
    expect(JSON.parse(keeper.lines[0] ?? '')).toMatchObject({ requestType: 'unknown' });
  });

  it('is answered again if the answer was not accepted', async () => {
    statuses.push(503, 0);
    await keeper.handler(requested('Create'));
    expect(answers.map(({ body }) => body['Status'])).toEqual(Array(3).fill('SUCCESS'));
  });

  it.each([
    ['refuses', [403, 403, 403], 'CloudFormation did not accept the answer: status 403'],
    ['does not answer', [0, 0, 0], 'CloudFormation did not accept the answer: no answer'],
  ])(
    'makes the function fail, so that it runs again, where its address %s',
    async (_, met, why) => {
      statuses.push(...met);
      expect(await failure(keeper.handler(requested('Create')))).toBe(why);
      expect(answers).toHaveLength(3);
      await expectNothingSecret();
      await keeper.handler(requested('Create'));
      expect(answers.at(-1)?.body['Status']).toBe('SUCCESS');
    },
  );
});

describe('a stack whose settings name other secrets than before', () => {
  const update = (before: string | undefined) =>
    requested('Update', { OldResourceProperties: { Version: '1', SecretsPrefix: before } });
  const status = () => answers.map(({ body }) => [body['Status'], body['Reason']]);
  const refusal = (prefix: string) =>
    `the secrets of a stack keep their names; in cdk.json set signet.secretsPrefix to "${prefix}"`;

  it.each([
    ['of an earlier version', undefined, 'signet'],
    ['of this one', 'images', 'images'],
  ])('gets no new keys: %s', async (_what, before, had) => {
    await keeper.discard();
    keeper = await startKeeper('img');
    await keeper.handler(update(before));
    expect(status()).toEqual([['FAILED', refusal(had)]]);
    expect(await failure(keeper.text('img/roots'))).toMatch(
      /can't find the specified secret value/,
    );
  });

  it('goes back to the old ones', async () => {
    await keeper.fill();
    const before = await texts();
    await keeper.handler(update('img'));
    expect(status()).toEqual([['SUCCESS', 'The secrets exist.']]);
    expect(await texts()).toEqual(before);
  });

  it('is another if it is new', async () => {
    await keeper.discard();
    keeper = await startKeeper('img');
    await keeper.handler(requested('Create'));
    expect(status()).toEqual([['SUCCESS', 'The secrets exist.']]);
    expect((await keeper.keyring()).kids).toEqual(['r1']);
    await keeper.handler(update('img'));
    expect(status()[1]).toEqual(['SUCCESS', 'The secrets exist.']);
  });
});

describe('a role that IAM has not made known everywhere', () => {
  it('is tried again', async () => {
    const allows = vi.spyOn(secretKeeper, 'allows').mockReturnValueOnce(false);
    await keeper.handler(requested('Create'));
    expect(allows.mock.calls.length).toBeGreaterThan(1);
    expect(answers.map(({ body }) => body['Status'])).toEqual(['SUCCESS']);
    expect(await inOrder()).toBe(true);
  });

  const denied = (code: string) =>
    Object.assign(new Error(code), { name: code, $metadata: { httpStatusCode: 400 } });

  it.each([
    ['AccessDeniedException', 11],
    ['UnrecognizedClientException', 11],
    ['ResourceNotFoundException', 1],
    ['InternalServiceError', 1],
  ])('that is answered %s for ever is tried %i times', async (code, tries) => {
    const pauses: number[] = [];
    let tried = 0;
    const work = async () => {
      tried += 1;
      throw portFailure('Secrets Manager', denied(code));
    };
    const pause = async (milliseconds: number) => void pauses.push(milliseconds);
    expect(await failure(retryWhileDenied(work, pause))).toBe(
      `Secrets Manager failed: ${code} 400`,
    );
    expect(tried).toBe(tries);
    expect(pauses.reduce((sum, one) => sum + one, 0)).toBe(tries === 1 ? 0 : 107_000);
  });
});

describe('an event that cannot be answered', () => {
  it.each([
    ['RequestType', undefined, {}],
    ['ResponseURL', 'Create', { ResponseURL: undefined }],
    ['ResponseURL', 'Create', { ResponseURL: `//${signature}` }],
    ['StackId', 'Create', { StackId: '' }],
    ['RequestId', 'Create', { RequestId: 7 }],
    ['LogicalResourceId', 'Create', { LogicalResourceId: null }],
  ])('fails and says that %s is malformed, not what it was', async (where, type, more) => {
    const why = `the event is malformed: ${where} is missing or invalid`;
    expect(await failure(keeper.handler(requested(type, more)))).toBe(why);
    expect(JSON.parse(keeper.lines[0] ?? '')).toMatchObject({ outcome: 'failed', reason: why });
    expect(keeper.lines.join()).not.toContain(signature);
    expect(answers).toEqual([]);
  });

  it.each([[undefined], [null], ['text'], [7], [[]], [{}]])(
    'fails when it is %j',
    async (event) => {
      expect(await failure(keeper.handler(event))).toMatch(/^the event is malformed: /);
      expect(keeper.lines).toHaveLength(1);
    },
  );
});

it('a rotation fails with a reason if Secrets Manager does not answer', async () => {
  await keeper.embedded.stop();
  expect(await failure(keeper.step('createSecret', '1'.repeat(36)))).toMatch(
    /^Secrets Manager look at signet\/roots failed: no answer/,
  );
});

it('unexpected errors are not quoted', () => {
  expect(describeFailure(new TypeError('secret'))).toBe('an unexpected TypeError');
  expect(describeFailure('secret')).toBe('something that is not an Error was thrown');
});
