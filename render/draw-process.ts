import { Socket, type SocketConstructorOpts, type TcpNetConnectOpts } from 'node:net';
import * as v from 'valibot';
import { limits } from '../shared/limits.ts';
import { canonicalRecipe, type Recipe } from '../shared/recipe/canonical.ts';
import { parseOperations } from '../shared/recipe/recipe.ts';
import { asRefusal } from '../shared/refusal.ts';
import {
  type DrawingJob,
  type DrawingMessage,
  drawingRequest,
  refusedCode,
  requestBounds,
} from './drawing-messages.ts';
import { type Frame, frameOf, readFrames, writeFrame } from './frames.ts';
import { engineVersions, render } from './render.ts';

/*
 * The entry of the drawing process: it reads pictures to draw from stdin and writes drawings to stdout.
 * It has no environment, no credentials and no other input. Everything that decodes uploaded bytes runs
 * here.
 */

function send(message: DrawingMessage, body: readonly Uint8Array[] = []): void {
  writeFrame(process.stdout, frameOf(message, body));
}

/** Reads a recipe with the grammar of keys, in which the format is one more operation. */
function readRecipe(text: string): Recipe {
  return canonicalRecipe(parseOperations(text, limits.operations + 1).steps);
}

type Asked = DrawingJob & { readonly deadline: number };

/** Reads a request. Throws for one that the parent does not make. */
function readRequest({ head, body }: Frame): Asked {
  const request = v.parse(drawingRequest, head);
  const { type, focus, caps, sourceBytes, marked } = request;
  const bytes = body.subarray(0, sourceBytes);
  return {
    source: { bytes, type, etag: '', focus: focus ?? undefined },
    recipe: readRecipe(request.recipe),
    caps,
    mark: marked ? body.subarray(sourceBytes) : undefined,
    deadline: performance.now() + request.budgetMilliseconds,
  };
}

function refusedMessage(thrown: unknown): DrawingMessage {
  const { code, detail } = asRefusal(thrown);
  const { reason, aboutSource = false } = detail;
  const known = v.safeParse(refusedCode, code);
  return {
    kind: 'refused',
    code: known.success ? known.output : 'internal',
    reason: reason.slice(0, limits.drawingReasonCharacters),
    aboutSource,
  };
}

async function draw(frame: Frame): Promise<void> {
  send({ kind: 'begun' });
  try {
    const { source, recipe, caps, mark, deadline } = readRequest(frame);
    const { bytes, ...drawn } = await render(source, recipe, caps, mark, deadline);
    const { type, width, height, frames } = drawn;
    send({ kind: 'drawn', type, width, height, frames, engine: engineVersions }, [bytes]);
  } catch (thrown) {
    send(refusedMessage(thrown));
  }
}

/**
 * Ends at once. A normal exit joins libuv's threads and so waits for libvips, which may be busy with a
 * picture for minutes.
 */
function end(): void {
  process.kill(process.pid, 'SIGKILL');
}

// Ctrl-C reaches the whole process group, but the parent may still want this drawing. It closes stdin
// when it ends, even if it is killed.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.stdout.on('error', end);
// The parent sends the next request after the answer to this one, so a source is no longer read then.
const { room, advance } = readFrames(
  requestBounds,
  (frame) => void draw(frame),
  Buffer.allocUnsafeSlow(limits.drawingKeptBytes),
);
/** Reads a source straight to where it is decoded. */
function takeBytes(bytes: number): boolean {
  advance(bytes);
  return true;
}
const options: SocketConstructorOpts & Pick<TcpNetConnectOpts, 'onread'> = {
  fd: 0,
  onread: { buffer: room, callback: takeBytes },
};
const stdin = new Socket(options);
for (const event of ['error', 'end', 'close'] as const) stdin.on(event, end);
