import type { Writable } from 'node:stream';

/*
 * The parent and the drawing process talk in frames: the lengths of a head and a body, the head as JSON,
 * the body as it is. Node's own channel (`fork`) is not used: it may deserialize structured data of V8,
 * and a decoder that is taken over must not choose what its parent deserializes.
 */

export type Frame = {
  /** What the JSON says. It is checked by the receiver. */
  readonly head: unknown;
  readonly body: Uint8Array;
};

/** A longer frame is never stored. */
export type FrameBounds = { readonly headBytes: number; readonly bodyBytes: number };

const prefixBytes = 8;

/** The chunks of one frame. The parts of the body are not copied. */
export function frameOf(head: object, parts: readonly Uint8Array[] = []): readonly Uint8Array[] {
  const text = Buffer.from(JSON.stringify(head));
  const prefix = Buffer.alloc(prefixBytes);
  prefix.writeUInt32BE(text.length, 0);
  prefix.writeUInt32BE(
    parts.reduce((sum, { length }) => sum + length, 0),
    4,
  );
  return [prefix, text, ...parts];
}

/** Asks for so many bytes with each `yield`. Throws for a frame that is longer than allowed. */
function* parseFrames(
  bounds: FrameBounds,
  receive: (frame: Frame) => void,
): Generator<number, never, Buffer> {
  for (;;) {
    const prefix = yield prefixBytes;
    const headBytes = prefix.readUInt32BE(0);
    const bodyBytes = prefix.readUInt32BE(4);
    if (headBytes > bounds.headBytes || bodyBytes > bounds.bodyBytes)
      throw new Error(`a frame of ${headBytes} and ${bodyBytes} bytes`);
    const head: unknown = JSON.parse((yield headBytes).toString('utf8'));
    receive({ head, body: yield bodyBytes });
  }
}

/** Takes the bytes of a stream without a copy of its own: they are read into `room`. */
export type FrameReader = {
  /** Where the next bytes belong. Never empty. */
  readonly room: () => Uint8Array;
  /** Says how many bytes are new in the room. Throws for bytes that are not frames. */
  readonly advance: (bytes: number) => void;
};

/**
 * Reads frames one after the other. `receive` gets each one as soon as it is complete. Parts that fit are
 * read into `kept`, because new pages of memory cost more time than the copy of a picture into them; then a
 * frame is valid until the next one begins.
 */
export function readFrames(
  bounds: FrameBounds,
  receive: (frame: Frame) => void,
  kept = Buffer.alloc(0),
): FrameReader {
  const parser = parseFrames(bounds, receive);
  let part = Buffer.allocUnsafeSlow(parser.next().value);
  let filled = 0;
  return {
    room: () => part.subarray(filled),
    advance: (bytes) => {
      filled += bytes;
      // A part may be empty, and then the next one follows at once.
      while (filled === part.length) {
        const bytes = parser.next(part).value;
        part = bytes > kept.length ? Buffer.allocUnsafeSlow(bytes) : kept.subarray(0, bytes);
        filled = 0;
      }
    },
  };
}

/** Copies a chunk into the reader. */
export function pushChunk({ room, advance }: FrameReader, chunk: Uint8Array): void {
  for (let at = 0; at < chunk.length; ) {
    const free = room();
    const taken = chunk.subarray(at, at + free.length);
    free.set(taken);
    at += taken.length;
    advance(taken.length);
  }
}

/** Writes a frame to a stream, if possible in one system call. */
export function writeFrame(stream: Writable, chunks: readonly Uint8Array[]): void {
  stream.cork();
  for (const chunk of chunks) stream.write(chunk);
  stream.uncork();
}
