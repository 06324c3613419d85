import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Scorer, startScorer } from '../quality/scorer.ts';
import { BenchFailure } from '../table.ts';
import type { DrawnPicture, PictureJob } from './answer-jobs.ts';
import type { SizedScore } from './interpolation.ts';
import { listPhotographs } from './photographs.ts';
import { type Services, withServices } from './services.ts';

/** A photograph in one width, and what it would be without any loss. */
export type ScaledPhotograph = {
  readonly source: string;
  readonly width: number;
  readonly reference: string;
};

export type MeasuredPicture = DrawnPicture & SizedScore;

/** What pictures are measured with. */
export type Measuring = {
  /** The measure of quality, for the page. */
  readonly metric: string;
  readonly photographs: readonly string[];
  readonly services: readonly (keyof Services)[];
  readonly sceneOf: (source: string, width: number) => Promise<ScaledPhotograph>;
  /** Draws a picture; `source` may be another file than that of the scene. */
  readonly draw: (
    service: keyof Services,
    scene: Pick<ScaledPhotograph, 'source' | 'width'>,
    how: Pick<PictureJob, 'type' | 'quality'>,
  ) => Promise<DrawnPicture>;
  /** The same with its score. */
  readonly measure: (
    service: keyof Services,
    scene: ScaledPhotograph,
    how: Pick<PictureJob, 'type' | 'quality'>,
  ) => Promise<MeasuredPicture>;
};

function measuringIn(scratch: string, services: Services, scorer: Scorer): Measuring {
  const out = path.join(scratch, 'picture');
  const draw: Measuring['draw'] = async (name, { source, width }, how) => {
    const { [name]: service } = services;
    if (service === undefined) throw new BenchFailure(`${name} is not installed`);
    return service.draw({ source, width, out, ...how });
  };
  return {
    metric: scorer.name,
    photographs: listPhotographs(),
    services: Object.keys(services) as (keyof Services)[],
    sceneOf: async (source, width) => {
      const reference = path.join(scratch, 'reference.png');
      await services.sharp.draw({ source, width, out: reference, type: 'reference' });
      return { source, width, reference };
    },
    draw,
    measure: async (service, scene, how) => {
      const drawn = await draw(service, scene, how);
      return { ...drawn, score: await scorer.score(scene.reference, out) };
    },
  };
}

/** Starts services and scorer, does the work and stops them. */
export async function withMeasuring<T>(work: (measuring: Measuring) => Promise<T>): Promise<T> {
  const scratch = mkdtempSync(path.join(tmpdir(), 'signet-bench-'));
  try {
    return await withServices(async (services) => {
      const decode = (source: string, plane: string) =>
        services.sharp.draw({ source, width: 0, out: plane, type: 'brightness' });
      const scorer = startScorer(decode, scratch);
      try {
        return await work(measuringIn(scratch, services, scorer));
      } finally {
        scorer.stop();
      }
    });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
