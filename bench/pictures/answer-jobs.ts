import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/* What a service that draws pictures runs as, to be measured: it reads jobs from stdin, one in each line. */

/** One picture to draw, from a file into a file. */
export type PictureJob = {
  readonly source: string;
  readonly out: string;
  readonly width: number;
  /**
   * `auto` is what the service sends to a browser that takes all types. `reference` is a PNG that lost nothing, and
   * `brightness` what SSIM compares; sharp alone makes both.
   */
  readonly type: 'auto' | 'jpg' | 'webp' | 'avif' | 'reference' | 'brightness';
  /** On the service's own scale; what it takes without one if left out. */
  readonly quality?: number | undefined;
};

/** What came of a job. CPU time is that of all threads, in milliseconds. */
export type DrawnPicture = { readonly bytes: number; readonly cpu: number };

async function answer(
  line: string,
  draw: (job: PictureJob) => Promise<Uint8Array>,
): Promise<DrawnPicture> {
  const job = JSON.parse(line) as PictureJob;
  const before = process.cpuUsage();
  const picture = await draw(job);
  const { user, system } = process.cpuUsage(before);
  writeFileSync(job.out, picture);
  return { bytes: picture.length, cpu: (user + system) / 1_000 };
}

/** Draws jobs until stdin ends. Reading the source counts, writing the answer does not. */
export async function answerJobs(draw: (job: PictureJob) => Promise<Uint8Array>): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    const said = await answer(line, draw).catch((thrown: unknown) => ({ error: String(thrown) }));
    process.stdout.write(`${JSON.stringify(said)}\n`);
  }
}
