import path from 'node:path';
import { createIPX, ipxFSStorage } from 'ipx';
import { answerJobs } from '../pictures/answer-jobs.ts';

/* ipx, with its defaults: `f_auto` prefers AVIF. */

await answerJobs(async ({ source, width, type, quality }) => {
  const modifiers = {
    width: String(width),
    format: type === 'auto' ? 'avif' : type,
    ...(quality === undefined ? {} : { quality: String(quality) }),
  };
  const ipx = createIPX({ storage: ipxFSStorage({ dir: path.dirname(source) }) });
  const { data } = await ipx(path.basename(source), modifiers).process();
  return data;
});
