import { beforeEach, describe, expect, it } from 'vitest';
import { purgeScope } from '../../../operator/purge/purge-scope.ts';
import { upload } from '../../../operator/sources/upload.ts';
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
      ...{ bytes: png.length, purged: 1 },
    });
    expect(installation.sources.objects.get('acme/a.png')?.metadata).toEqual({ focus: '30,70' });
  });

  it('stores a watermark once', async () => {
    const stored = { tenant: 'acme', watermark: 'logo', bytes: png.length };
    expect(await uploadPng('_watermarks/logo.png')).toEqual(stored);
    await expect(uploadPng('_watermarks/logo.png')).rejects.toMatchObject({ code: 'conflict' });
  });

  it('refuses what is not an image, and names it as it was called', async () => {
    await expect(uploadPng('a.png', Buffer.from('x'))).rejects.toThrow(
      'the image is not a JPEG, PNG, WebP or GIF; nothing was uploaded',
    );
  });
});

describe('a purge', () => {
  it('counts derivatives and sources, and asks for a second purge', async () => {
    keep(installation.derivatives, derivative, 'x');
    keep(installation.derivatives, derivative.replace('a.png', 'b/c.png'), 'x');
    const all = { tenant: 'acme', scope: '*', derivatives: 2, sources: 2 };
    expect(await purgeScope(installation.open, 'acme', '*')).toEqual(all);
    expect(installation.invalidated).toHaveLength(2);
    expect(installation.config.calls.filter((call) => call.startsWith('put purges/'))).toEqual([
      ...['put purges/acme/a.png', 'put purges/acme/b/c.png'],
    ]);
  });
});
