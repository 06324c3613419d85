import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import configuration from 'next/dist/server/config-shared.js';
import transform from 'next/dist/server/image-optimizer/transform.js';
import { answerJobs } from '../pictures/answer-jobs.ts';

/* The image optimizer of Next.js with its defaults: the first type and the first quality that it allows. */

const { defaultConfig } = configuration;
const { formats, qualities } = defaultConfig.images;

await answerJobs(async ({ source, width, type, quality }) => {
  const buffer = await readFile(source);
  const etag = createHash('md5').update(buffer).digest('hex');
  const asked = {
    href: source,
    width,
    quality: quality ?? qualities[0],
    mimeType: type === 'auto' ? formats[0] : `image/${type}`,
  };
  const upstream = { buffer, contentType: undefined, cacheControl: undefined, etag };
  const { buffer: picture, error } = await transform.imageOptimizerTransform(
    upstream,
    asked,
    defaultConfig,
  );
  // It would serve the source instead.
  if (error !== undefined) throw error;
  return picture;
});
