import { beforeEach, describe, expect, it } from 'vitest';
import { purgeScope } from '../../../operator/purge/purge-scope.ts';
import { upload } from '../../../operator/sources/upload.ts';
import { limits } from '../../../shared/limits.ts';
import { keep } from '../../shared/objects/memory-store.ts';
import { createMemoryInstallation } from '../memory-installation.ts';

let installation: ReturnType<typeof createMemoryInstallation>;

beforeEach(async () => {
  installation = createMemoryInstallation();
  await installation.publish('acme');
});

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

const uploadPng = (path: string, bytes: Uint8Array = png, focus?: string) =>
  upload(installation.open, {
    ...{ tenant: 'acme', path, focus, name: 'the image' },
    readBytes: async () => bytes,
  });

const derivative = 'acme/a.png__op__resize,w_16__op__format,f_src';

describe('an upload', () => {
  it('stores a source with its focal point, and purges its derivatives', async () => {
    keep(installation.derivatives, derivative, 'x');
    expect(await uploadPng('a.png', png, '30,70')).toEqual({
      ...{ tenant: 'acme', path: 'a.png', contentType: 'image/png' },
      ...{ bytes: png.length, purged: 1, warning: null },
    });
    expect(installation.sources.objects.get('acme/a.png')?.metadata).toEqual({ focus: '30,70' });
  });

  it('stores a watermark once', async () => {
    const stored = { tenant: 'acme', watermark: 'logo', bytes: png.length };
    expect(await uploadPng('_watermarks/logo.png')).toEqual(stored);
    await expect(uploadPng('_watermarks/logo.png')).rejects.toMatchObject({ code: 'conflict' });
  });

  it('refuses what is not an image, and names it as it was called', async () => {
    await expect(uploadPng('a.png', Buffer.from('\0'))).rejects.toThrow(
      'the image is not a JPEG, PNG, WebP or GIF; nothing was uploaded',
    );
  });

  it.each([
    ['cut off', png.subarray(0, 40), 'source_undecodable'],
    // The length of the header: https://www.w3.org/TR/png-3/#11IHDR
    ['with a header of another length', Buffer.from(png).fill(0, 8, 12), 'source_undecodable'],
    [
      'a lossless JPEG',
      Buffer.from('ffd8ffc3000b080001000101011100ffda0008010100010000aaffd9', 'hex'),
      'source_unsupported',
    ],
  ])('refuses an image that can never be drawn: %s', async (_what, bytes, code) => {
    const refused = {
      code,
      message: expect.stringMatching(/^the image cannot be drawn: .*; nothing was uploaded$/),
    };
    await expect(uploadPng('a.png', bytes)).rejects.toMatchObject(refused);
    expect(installation.sources.objects.size).toBe(0);
  });

  it.each([
    [
      'not a PNG',
      Buffer.from('ffd8ff', 'hex'),
      'the image is JPEG, not a PNG; convert it with `magick in.jpg out.png`',
    ],
    [
      'too large',
      Buffer.concat([png, Buffer.alloc(limits.watermarkBytes)]),
      'the image is larger than 2097152 bytes, the limit for a watermark',
    ],
    ['cut off', png.subarray(0, 40), /^the image cannot be drawn: /],
  ])('refuses a watermark that is %s', async (_what, bytes, message) => {
    await expect(uploadPng('_watermarks/logo.png', bytes)).rejects.toThrow(message);
    expect(installation.sources.objects.size).toBe(0);
  });
});

describe('a purge', () => {
  it('counts derivatives and sources, and asks for a second purge', async () => {
    keep(installation.derivatives, derivative, 'x');
    keep(installation.derivatives, derivative.replace('a.png', 'b/c.png'), 'x');
    const all = { tenant: 'acme', scope: '*', derivatives: 2, sources: 2 };
    expect(await purgeScope(installation.open, 'acme', '*')).toMatchObject(all);
    expect(installation.invalidated).toHaveLength(2);
    expect(installation.config.calls.filter((call) => call.startsWith('put purges/'))).toEqual([
      ...['put purges/acme/a.png', 'put purges/acme/b/c.png'],
    ]);
  });
});
