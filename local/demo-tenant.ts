import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { samples, samplesFolder } from '../demo/samples.ts';
import { imageTypes, sniff } from '../shared/image-type.ts';
import type { ObjectStore } from '../shared/ports.ts';
import { publishPolicy, tenantNames } from '../shared/stores/tenants.ts';
import { sourceKey } from '../shared/target.ts';

export const demoTenant = 'demo';

/** next/image's default widths, so that its loader works against the demo as it is. */
const nextImageWidths = [
  16, 32, 48, 64, 96, 128, 256, 384, 640, 750, 828, 1080, 1200, 1920, 2048, 3840,
];

/** What a shop or a magazine might allow: enough to play with, and still a finite number of keys. */
export const demoPolicy = {
  tenant: demoTenant,
  operations: {
    orient: { o: [0, 1] },
    crop: {
      x: { min: 0, max: 4_000, step: 10 },
      y: { min: 0, max: 4_000, step: 10 },
      w: [null, 100, 200, 300, 400, 600, 800],
      h: [null, 100, 200, 300, 400, 600, 800],
      g: ['nw', 'north', 'ne', 'west', 'center', 'east', 'sw', 'south', 'se'],
    },
    rotate: { a: [0, 45, 90, 180, 270] },
    flip: { d: ['h', 'v', 'hv'] },
    resize: [
      { w: nextImageWidths },
      { h: [100, 200, 300, 400, 600, 800, 1200] },
      { l: [200, 400, 800, 1600] },
      { s: [200, 400, 800] },
      { p: [25, 50, 75, 200], limit: [0, 1] },
      {
        m: ['lfit', 'mfit', 'fill', 'pad', 'fixed'],
        w: [200, 400, 800, 1200],
        h: [200, 300, 400, 600, 800],
        limit: [0, 1],
        color: ['FFFFFF', '000000', 'F4EFE6'],
        g: [
          'center',
          'north',
          'south',
          'east',
          'west',
          'nw',
          'ne',
          'sw',
          'se',
          'smart',
          'entropy',
          'focus',
        ],
        fx: [null, 25, 30, 50, 70, 75],
        fy: [null, 25, 30, 50, 70, 75],
      },
    ],
    blur: { s: { min: 1, max: 50 } },
    sharpen: { s: [50, 100, 200] },
    quality: { q: [40, 50, 60, 70, 75, 80, 90] },
    format: { f: ['auto', 'jpg', 'png', 'webp', 'avif', 'gif'] },
  },
  presets: {
    thumb: 'resize,m_fill,w_200,h_200,g_smart__op__format,f_auto',
    card: 'resize,m_fill,w_640,h_360__op__quality,q_75__op__format,f_auto',
  },
  auto: { format: ['avif', 'webp'] },
  urls: { maxLifetime: 604_800 },
};

async function upload(sources: ObjectStore, name: string): Promise<void> {
  const bytes = await readFile(path.join(samplesFolder, name));
  const type = sniff(bytes);
  await sources.put(sourceKey({ tenant: demoTenant, path: name }), bytes, {
    contentType: type === undefined ? 'application/octet-stream' : imageTypes[type].contentType,
    only: 'absent',
  });
}

/**
 * Gives an empty state folder its first tenant. The policy goes last, so that a start that was
 * interrupted is made good by the next one; where there is any tenant, nothing is touched.
 */
export async function ensureDemo(
  { sources, config }: { readonly sources: ObjectStore; readonly config: ObjectStore },
  kid: string,
): Promise<void> {
  if ((await tenantNames(config)).length > 0) return;
  await Promise.all(samples.map(({ name }) => upload(sources, name)));
  const firstKeys = { active: kid, accept: [kid] };
  await publishPolicy(config, demoPolicy, { firstKeys, create: true });
}
