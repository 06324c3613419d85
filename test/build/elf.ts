/** Whether a file is a Linux program or library: it starts with the ELF signature. */
export function isElf(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, 4)).toString('latin1') === '\x7fELF';
}

export type ElfTarget = { readonly x64: boolean; readonly glibc: boolean; readonly musl: boolean };

/** The platform that it was compiled for: the field `e_machine` and the C libraries that it names. */
export function elfTarget(bytes: Uint8Array): ElfTarget {
  const file = Buffer.from(bytes);
  return {
    x64: file.readUInt16LE(18) === 62,
    glibc: file.includes('libc.so.6'),
    musl: file.includes('libc.musl') || file.includes('ld-musl'),
  };
}
