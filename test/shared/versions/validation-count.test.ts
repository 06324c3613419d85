import * as v from 'valibot';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { policySchema } from '../../../shared/policy/schema.ts';
import { publishPolicy } from '../../../shared/versions/publishing.ts';
import { publishingTo } from '../keys/publisher.ts';
import { memoryStore } from '../objects/memory-store.ts';

vi.mock('valibot', async (importOriginal) => {
  const original = await importOriginal<typeof v>();
  return { ...original, parse: vi.fn(original.parse), safeParse: vi.fn(original.safeParse) };
});

/** How often the policy schema has run. */
const runsOfSchema = (): number =>
  [...vi.mocked(v.parse).mock.calls, ...vi.mocked(v.safeParse).mock.calls].filter(
    ([schema]) => schema === policySchema,
  ).length;

const publishing = publishingTo(memoryStore());
const publish = (w: number) =>
  publishPolicy(publishing, { tenant: 'acme', operations: { resize: { w: [w] } } }, { root: 'r1' });

describe('publishing validates', () => {
  beforeEach(() => vi.clearAllMocks());

  it('a first policy once', async () => {
    await publish(1);
    expect(runsOfSchema()).toBe(1);
  });

  it('a later policy once, and the one that it replaces once', async () => {
    await publish(2);
    expect(runsOfSchema()).toBe(2);
  });
});
