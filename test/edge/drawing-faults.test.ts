import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { type DrawingService, startDrawing } from '../../edge/drawing.ts';
import { limitDrawing } from '../../edge/timeout.ts';
import { Refusal } from '../../shared/refusal.ts';
import { pngSignature } from '../render/encoders.ts';
import { caps, recipeOf, sourceOf } from '../render/rendering.ts';
import { type DrawingFile, fakeDrawing, isRunning } from './drawing-files.ts';

/* Made-up drawing processes that hang, crash and lie, over real pipes. Counts and order are checked, not times. */

const opened: DrawingFile[] = [];
afterAll(async () => {
  for (const { folder } of opened) await rm(folder, { recursive: true, force: true });
});

async function open(serve: string) {
  const fake = await fakeDrawing(serve);
  opened.push(fake);
  const service = startDrawing(fake.file);
  // A process that is killed before it runs is not counted.
  await expect.poll(async () => startedIn(await fake.notes()).length).toBe(1);
  return { ...fake, service };
}

const picture = {
  source: sourceOf(pngSignature),
  recipe: recipeOf('format,f_png'),
  caps,
  mark: undefined,
};
const never = new AbortController().signal;

type Asked = { readonly seconds?: number; readonly signal?: AbortSignal };

/** `2.1` if the second process drew it as its first request; otherwise the refusal. */
async function ask(service: DrawingService, { seconds = 600, signal = never }: Asked = {}) {
  try {
    const { width, height } = await service.draw(picture, limitDrawing(seconds, signal));
    return `${width}.${height}`;
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    return thrown;
  }
}

const startedIn = (notes: readonly string[]): readonly number[] =>
  notes.filter((one) => one.startsWith('started')).map((one) => Number(one.split(' ')[1]));

describe('a process that cannot start without LD_LIBRARY_PATH', () => {
  const serve = `
    if (process.env['LD_LIBRARY_PATH'] !== '/opt/lib') process.exit(127);
    note(Object.keys(process.env).join(' ')); draw();`;

  it('gets it, and no other variable, with its second start', async () => {
    vi.stubEnv('LD_LIBRARY_PATH', '/opt/lib');
    const { service, notes } = await open(serve);
    expect(await ask(service)).toBe('2.1');
    expect(await notes()).toContain('LD_LIBRARY_PATH');
    vi.unstubAllEnvs();
  });
});

describe('a process that works', () => {
  it('draws one picture after the other, however many are asked for at once', async () => {
    const { service, notes } = await open(`setTimeout(() => { note('answered'); draw(); }, 10);`);
    expect(await Promise.all([ask(service), ask(service), ask(service)])).toEqual([
      ...['1.1', '1.2', '1.3'],
    ]);
    const [, ...order] = await notes();
    expect(order).toEqual([1, 2, 3].flatMap((at) => [`request 1.${at}`, 'answered']));
  });

  it('is kept after a refusal', async () => {
    const { service } = await open(`
      const refused = { kind: 'refused', code: 'source_too_large', reason: 'too large', aboutSource: true };
      request === 1 ? send(begun, frame(refused)) : draw();`);
    expect(await ask(service)).toMatchObject({
      code: 'source_too_large',
      detail: { reason: 'too large', aboutSource: true },
    });
    expect(await ask(service)).toBe('1.2');
  });

  it('gets the remaining time, the type, the caps and the recipe, and nothing about the tenant', async () => {
    const { service, notes } = await open(`note(JSON.stringify(head)); draw();`);
    await ask(service, { seconds: 60 });
    const { budgetMilliseconds, ...head } = JSON.parse((await notes())[2] ?? '');
    expect(budgetMilliseconds).toBeGreaterThan(0);
    expect(budgetMilliseconds).toBeLessThanOrEqual(60_000);
    const { maxPixels, maxFrames } = caps;
    expect(head).toEqual({
      ...{ type: 'png', focus: null, recipe: 'format,f_png', caps: { maxPixels, maxFrames } },
      ...{ sourceBytes: pngSignature.length, marked: false },
    });
  });

  it('has an empty environment', async () => {
    const { service, notes } = await open(`note(JSON.stringify(process.env)); draw();`);
    await ask(service);
    // macOS adds a variable to each process.
    const { __CF_USER_TEXT_ENCODING: _, ...environment } = JSON.parse((await notes())[2] ?? '');
    expect(environment).toEqual({});
  });

  it('runs in the root folder', async () => {
    const { service, notes, file } = await open('note(process.cwd()); draw();');
    await ask(service);
    expect((await notes())[2]).toBe(path.parse(file).root);
  });
});

describe('a process that hangs', () => {
  const hangs = `send(begun); nth === 1 ? setInterval(() => 0, 1) : send(frame(drawn(), 'image'));`;

  it('is killed when the time is over, and the next picture gets a new one', async () => {
    const { service, notes } = await open(hangs);
    const refusal = await ask(service, { seconds: 0.2 });
    expect(refusal).toMatchObject({ code: 'source_too_large', detail: { aboutSource: true } });
    expect(isRunning(startedIn(await notes())[0] ?? 0)).toBe(false);
    expect(await ask(service)).toBe('2.1');
    expect(startedIn(await notes())).toHaveLength(2);
  });

  it('is replaced before anything is asked for', async () => {
    const { service, notes } = await open(hangs);
    await ask(service, { seconds: 0.2 });
    await expect.poll(async () => startedIn(await notes()).length).toBe(2);
  });

  it('is killed if the request has its answer', async () => {
    const { service, notes } = await open(hangs);
    const request = new AbortController();
    const asked = ask(service, { signal: request.signal });
    await expect.poll(async () => (await notes()).includes('request 1.1')).toBe(true);
    request.abort();
    await service.idle();
    expect(isRunning(startedIn(await notes())[0] ?? 0)).toBe(false);
    expect(await asked).toMatchObject({ code: 'unavailable' });
    expect(await ask(service)).toBe('2.1');
  });
});

describe('nothing is sent to the process', () => {
  it.each([
    { name: 'after the answer', asked: { signal: AbortSignal.abort() }, code: 'unavailable' },
    { name: 'without time', asked: { seconds: 0 }, code: 'source_too_large' },
  ])('$name', async ({ asked, code }) => {
    const { service, notes } = await open('draw();');
    expect(await ask(service, asked)).toMatchObject({ code });
    expect(await ask(service)).toBe('1.1');
    expect(startedIn(await notes())).toHaveLength(1);
  });
});

describe('a process that crashes', () => {
  it.each(['SIGSEGV', 'SIGABRT', 'SIGKILL'])(
    'by %s in its first drawing refuses the source',
    async (signal) => {
      const { service } = await open(
        `send(begun); nth === 1 ? crash('${signal}') : send(frame(drawn(), 'image'));`,
      );
      expect(await ask(service)).toMatchObject({
        code: 'source_undecodable',
        detail: { reason: `the decoder was ended by ${signal}`, aboutSource: true },
      });
      expect(await ask(service)).toBe('2.1');
    },
  );

  it('in a later drawing is replaced once, and the picture is drawn', async () => {
    const { service, notes } = await open(`
      send(begun); nth === 1 && request === 2 ? crash('SIGSEGV') : send(frame(drawn(), 'image'));`);
    expect([await ask(service), await ask(service), await ask(service)]).toEqual([
      ...['1.1', '2.1', '2.2'],
    ]);
    expect(startedIn(await notes())).toHaveLength(2);
  });

  it('twice over one picture refuses the source', async () => {
    const { service, notes } = await open(`
      send(begun); nth === 1 && request === 1 || nth === 3 ? send(frame(drawn(), 'image')) : crash('SIGSEGV');`);
    expect(await ask(service)).toBe('1.1');
    expect(await ask(service)).toMatchObject({ code: 'source_undecodable' });
    expect(await ask(service)).toBe('3.1');
    expect((await notes()).filter((one) => one.startsWith('request'))).toEqual([
      ...['request 1.1', 'request 1.2', 'request 2.1', 'request 3.1'],
    ]);
  });

  it('without a signal is a bug of ours', async () => {
    const { service } = await open('send(begun); process.exit(7);');
    expect(await ask(service)).toMatchObject({
      code: 'internal',
      detail: { reason: 'the drawing process exited with code 7' },
    });
  });
});

describe('a process that dies between two drawings', () => {
  it('is replaced by the next request', async () => {
    const { service, notes } = await open(
      'draw(); if (nth === 1) setTimeout(() => process.exit(), 5);',
    );
    expect(await ask(service)).toBe('1.1');
    const [pid = 0] = startedIn(await notes());
    await expect.poll(() => isRunning(pid)).toBe(false);
    expect(await ask(service)).toBe('2.1');
  });

  it('is replaced even if its death was not seen yet', async () => {
    const { service, notes } = await open('draw();');
    expect(await ask(service)).toBe('1.1');
    process.kill(startedIn(await notes())[0] ?? 0, 'SIGKILL');
    expect(await ask(service)).toBe('2.1');
  });
});

describe('a process that cannot start', () => {
  it.each([
    { name: 'because its code fails', source: 'throw new Error();', reason: 'exited with code 1' },
    { name: 'because it ends at once', source: 'process.exit();', reason: 'exited with code 0' },
  ])('$name is unavailable after a second try', async ({ source, reason }) => {
    const { file } = await open('draw();');
    await writeFile(file, source);
    const service = startDrawing(file);
    expect(await ask(service)).toMatchObject({
      code: 'unavailable',
      detail: { reason: `the drawing process does not start: it ${reason}` },
    });
  });

  it('because there is no such program is unavailable', async () => {
    const { file } = await open('draw();');
    const { execPath } = process;
    process.execPath = '/no/such/program';
    try {
      expect(await ask(startDrawing(file))).toMatchObject({
        code: 'unavailable',
        detail: { reason: expect.stringContaining('ENOENT') },
      });
    } finally {
      process.execPath = execPath;
    }
  });
});

/** What a process that was taken over may send. Each has to be the end of it. */
const lies: Readonly<Record<string, string>> = {
  'bytes that are no frame': `process.stdout.write('HTTP/1.1 200 OK and more than eight bytes')`,
  'a head that is no JSON': `send(begun, frame('{"kind":'))`,
  'a head that is not an object': `send(begun, frame('null'))`,
  'a message of no known kind': `send(begun, frame({ kind: 'done' }))`,
  'an answer that has not begun': `send(frame(drawn(), 'image'))`,
  'the beginning twice': 'send(begun, begun)',
  'a beginning with a body': `send(frame({ kind: 'begun' }, 'image'))`,
  'a drawing without bytes': 'send(begun, frame(drawn()))',
  'a field that does not exist': `send(begun, frame({ ...drawn(), etag: '"e"' }, 'image'))`,
  'a prototype': `send(begun, frame('{"__proto__":{"kind":"drawn"}}', 'image'))`,
  'a type that does not exist': `send(begun, frame({ ...drawn(), type: 'html' }, 'image'))`,
  'a negative width': `send(begun, frame({ ...drawn(), width: -1 }, 'image'))`,
  'a height that is no number': `send(begun, frame({ ...drawn(), height: '1' }, 'image'))`,
  'no frames': `send(begun, frame({ ...drawn(), frames: 0 }, 'image'))`,
  'a version with a line break': `send(begun, frame({ ...drawn(), engine: { sharp: '1\\n2', vips: '3' } }, 'image'))`,
  'a refusal about the signature': `send(begun, frame({ kind: 'refused', code: 'forbidden', reason: '', aboutSource: true }))`,
  'a refusal with a body': `send(begun, frame({ kind: 'refused', code: 'internal', reason: '', aboutSource: true }, 'x'))`,
  'a reason without end': `send(begun, frame({ kind: 'refused', code: 'internal', reason: 'x'.repeat(501), aboutSource: true }))`,
  'a head longer than any': `send(begun, frame(' '.repeat(20_000) + '{}'))`,
  'a body longer than any': `process.stdout.write(Buffer.from('00000002ffffffff7b7d', 'hex'))`,
};

describe('a process that sends', () => {
  it.each(Object.entries(lies))('%s is killed and replaced', async (_name, lie) => {
    const { service, notes } = await open(`nth === 1 ? ${lie} : draw();`);
    expect(await ask(service)).toMatchObject({
      code: 'internal',
      detail: { reason: 'the drawing process sent no valid message' },
    });
    expect(isRunning(startedIn(await notes())[0] ?? 0)).toBe(false);
    expect(await ask(service)).toBe('2.1');
  });

  it('an answer that was not asked for is killed and replaced', async () => {
    const { service, notes } = await open(
      `draw(); if (nth === 1) send(frame(drawn(), 'planted'));`,
    );
    expect(await ask(service)).toBe('1.1');
    const [pid = 0] = startedIn(await notes());
    await expect.poll(() => isRunning(pid)).toBe(false);
    expect(await ask(service)).toBe('2.1');
  });
});
