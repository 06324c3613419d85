import sharp from 'sharp';
import { answerJobs } from '../pictures/answer-jobs.ts';

/*
 * sharp alone, with its defaults. It also makes the references that quality is measured against: it decodes the whole
 * source and scales once, and loses nothing.
 */

const reference = ({ source, width }) =>
  sharp(source)
    .autoOrient()
    .resize({ width, withoutEnlargement: true, fastShrinkOnLoad: false })
    .removeAlpha()
    .png({ compressionLevel: 1 })
    .toBuffer();

async function brightness({ source }) {
  const image = sharp(source).removeAlpha().greyscale().toColourspace('b-w').raw();
  const { data, info } = await image.toBuffer({ resolveWithObject: true });
  const size = Buffer.alloc(8);
  size.writeUInt32LE(info.width, 0);
  size.writeUInt32LE(info.height, 4);
  return Buffer.concat([size, data]);
}

await answerJobs((job) => {
  if (job.type === 'reference') return reference(job);
  if (job.type === 'brightness') return brightness(job);
  const { source, width, type, quality } = job;
  const format = type === 'auto' ? 'avif' : type === 'jpg' ? 'jpeg' : type;
  return sharp(source)
    .autoOrient()
    .resize({ width, withoutEnlargement: true })
    .toFormat(format, { quality })
    .toBuffer();
});
