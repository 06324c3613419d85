import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { daysSinceRotation } from '../../tasks/rotation-age.ts';
import { type Keeper, startKeeper } from './secret-keeper.ts';

let keeper: Keeper;
beforeEach(async () => {
  keeper = await startKeeper();
});
afterEach(() => keeper.discard());

type Line = Readonly<Record<string, unknown>>;
const linesOf = (): readonly Line[] => keeper.lines.map((line) => JSON.parse(line));

const day = 86_400_000;

describe('the age of the last rotation', () => {
  it('is written as a metric of CloudWatch, in days', async () => {
    await keeper.fill();
    await keeper.handler({ check: 'rotation' });
    const [metric, done] = linesOf();
    expect(metric).toEqual({
      function: 'secrets',
      daysSinceRotation: 0,
      _aws: {
        Timestamp: expect.any(Number),
        CloudWatchMetrics: [
          {
            Namespace: 'Signet',
            Dimensions: [['function']],
            Metrics: [{ Name: 'daysSinceRotation', Unit: 'None' }],
          },
        ],
      },
    });
    expect(done).toMatchObject({ function: 'secrets', check: 'rotation', outcome: 'done' });
  });

  const days = (answer: object, now = 100 * day): Promise<number> =>
    daysSinceRotation({ send: async () => answer } as never, 'signet/roots', now);

  it.each([
    [{ LastRotatedDate: new Date(10 * day), CreatedDate: new Date(0) }, 90],
    [{ CreatedDate: new Date(70 * day) }, 30],
    [{ LastRotatedDate: new Date(101 * day) }, 0],
    [{}, 0],
  ])('counts from the last rotation, or from the creation: %j', async (answer, expected) => {
    expect(await days(answer)).toBe(expected);
  });

  it('names the permission that it needs', async () => {
    const denied = Object.assign(new Error('no'), {
      name: 'AccessDeniedException',
      $metadata: { httpStatusCode: 400 },
    });
    const send = async () => Promise.reject(denied);
    await expect(daysSinceRotation({ send } as never, 'signet/roots', 0)).rejects.toThrow(
      'Secrets Manager look at signet/roots failed: AccessDeniedException 400; add the permission secretsmanager:DescribeSecret',
    );
  });
});
