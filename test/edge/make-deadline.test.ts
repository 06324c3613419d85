import { beforeEach, describe, expect, it } from 'vitest';
import { type MakeDeps, make } from '../../edge/make.ts';
import { limits } from '../../shared/limits.ts';
import { parseKey } from '../../shared/recipe/storage-key.ts';
import { asRefusal, type RefusalCode, sourceRefusal } from '../../shared/refusal.ts';
import { quartered } from '../render/rendering.ts';
import { type MemoryEdge, memoryEdge, policy } from './memory-edge.ts';

/* One time limit covers all drawing of a request. */

let edge: MemoryEdge;
let body: Buffer;
beforeEach(async () => {
  edge = memoryEdge({ ...policy, fallback: 'none.png' });
  body = await quartered(80, 80, ['red', 'green', 'blue', 'yellow']).png().toBuffer();
  edge.sources.objects.set('acme/a.png', { body });
  edge.sources.objects.set('acme/none.png', { body });
});

const request = {
  derivative: parseKey('/acme/a.png__op__resize,w_40__op__format,f_webp'),
  method: 'GET',
};

type Drawn = { readonly started: number; readonly deadline: number };

/** Refuses each drawing after a while. `wait` gets the deadline of the drawing. */
function refusing(code: RefusalCode, wait: (deadline: number) => Promise<unknown>) {
  const drawn: Drawn[] = [];
  const render: MakeDeps['render'] = async (_picture, { deadline }) => {
    const end = deadline();
    drawn.push({ started: performance.now(), deadline: end });
    await wait(end);
    throw sourceRefusal(code, `drawing ${drawn.length}`);
  };
  return { drawn, deps: { ...edge.makeDeps, render } };
}

const shortly = () => new Promise((resolve) => setTimeout(resolve, 20));

async function refusalOf(deps: MakeDeps, signal?: AbortSignal) {
  const thrown: unknown = await make(deps, request, signal).catch((one: unknown) => one);
  return asRefusal(thrown);
}

describe('the fallback of a source that cannot be drawn', () => {
  it('has the time that the source left', async () => {
    const { drawn, deps } = refusing('source_undecodable', shortly);
    expect((await refusalOf(deps)).detail.reason).toBe('drawing 1');
    const [first, second] = drawn;
    expect(drawn).toHaveLength(2);
    expect(second?.deadline).toBe(first?.deadline);
    expect((first?.deadline ?? 0) - (first?.started ?? 0)).toBeLessThanOrEqual(
      limits.renderSeconds * 1_000,
    );
  });

  it('is not drawn if the source took all the time', async () => {
    const { now } = performance;
    const { drawn, deps } = refusing('source_too_large', async (deadline) => {
      performance.now = () => deadline;
    });
    try {
      expect((await refusalOf(deps)).code).toBe('source_too_large');
    } finally {
      performance.now = now;
    }
    expect(drawn).toHaveLength(1);
    expect(edge.sources.calls).toEqual(['get acme/a.png']);
  });

  it('is not drawn if the request has its answer', async () => {
    const answered = new AbortController();
    const { drawn, deps } = refusing('source_undecodable', async () => answered.abort());
    await refusalOf(deps, answered.signal);
    expect(drawn).toHaveLength(1);
  });

  it('has all the time if the source is missing', async () => {
    edge.sources.objects.delete('acme/a.png');
    const before = performance.now();
    const { drawn, deps } = refusing('source_undecodable', shortly);
    expect((await refusalOf(deps)).code).toBe('source_missing');
    expect(drawn[0]?.deadline).toBeGreaterThanOrEqual(before + limits.renderSeconds * 1_000);
  });
});
