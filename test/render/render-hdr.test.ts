import { describe, expect, it } from 'vitest';
import { filesWithoutGainMap, gainMapFiles } from './gain-map-files.ts';
import { draw, quartersOf } from './rendering.ts';

const describeFile = async (file: Buffer): Promise<object> =>
  JSON.parse(new TextDecoder().decode((await draw(file, 'info')).bytes)) as object;

describe('info about a source', () => {
  it.each(Object.entries(gainMapFiles))('with a gain map says so: %s', async (_name, make) => {
    const file = await make();
    expect(await describeFile(file)).toEqual({
      ...{ format: 'jpg', width: 40, height: 24, frames: 1, alpha: false },
      ...{ bytes: file.length, hdr: true },
    });
  });

  it.each(Object.entries(filesWithoutGainMap))(
    'without a gain map has no word about it: %s',
    async (_name, make) => {
      const said = await describeFile(await make());
      expect(said).toMatchObject({ width: 40, height: 24, frames: 1 });
      expect(said).not.toHaveProperty('hdr');
    },
  );
});

describe('an image made from a source with a gain map', () => {
  it.each(Object.entries(gainMapFiles))('is the first image: %s', async (_name, make) => {
    const { bytes, width, height } = await draw(await make(), 'format,f_src');
    expect({ width, height }).toEqual({ width: 40, height: 24 });
    expect(await quartersOf(bytes)).toEqual(['red', 'green', 'blue', 'yellow']);
  });
});
