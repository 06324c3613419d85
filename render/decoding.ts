/**
 * How every inspected stream is decoded. A damaged stream is refused; a warning is not an error, because
 * browsers show such files. sharp's limit of pixels is off, because `countFrames` has applied the caps.
 */
export const decoding = { failOn: 'error', limitInputPixels: false } as const;
