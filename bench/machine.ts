import { cpus } from 'node:os';
import { engineVersions } from '../render/render.ts';
import type { Machine } from './results.ts';

/** The machine, the versions that every table depends on, and the day. It contains no host name and no path. */
export function thisMachine(): Machine {
  const processors = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    processor: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    versions: {
      Node: process.versions.node,
      sharp: engineVersions.sharp,
      libvips: engineVersions.vips,
    },
  };
}
