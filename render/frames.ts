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

/**
 * Reads frames from the chunks of a stream. Each part is copied once, into memory of its length. The
 * returned function throws for bytes that are not frames.
 */
export function readFrames(
  bounds: FrameBounds,
  receive: (frame: Frame) => void,
): (chunk: Uint8Array) => void {
  const parser = parseFrames(bounds, receive);
  let part = Buffer.allocUnsafeSlow(parser.next().value);
  let filled = 0;
  return (chunk) => {
    let at = 0;
    for (;;) {
      const more = chunk.subarray(at, at + part.length - filled);
      part.set(more, filled);
      at += more.length;
      filled += more.length;
      if (filled < part.length) return;
      part = Buffer.allocUnsafeSlow(parser.next(part).value);
      filled = 0;
    }
  };
}
