import { createHash } from 'node:crypto';
import type { Sharp } from 'sharp';
import { expect, it } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { encoders, settingsOf } from '../../../shared/operations/encoders.ts';
import { engineVersion } from '../../../shared/operations/engine.ts';
import { type ImageType, imageTypes } from '../../../shared/operations/image-type.ts';

const still = { delay: undefined, loop: undefined };
const qualities = [1, 30, 60, 75, 80, 85, 89, 90, 95, 100];

/** What an encoder asks of sharp, as text. */
function calls(type: ImageType): readonly string[] {
  const asked: string[] = [];
  const record = (name: string) => (options: object) => {
    asked.push(`${name} ${JSON.stringify(options)}`);
    return image;
  };
  const image = new Proxy({} as Sharp, { get: (_target, name) => record(String(name)) });
  for (const progressive of [false, true])
    for (const quality of qualities)
      for (const setting of settingsOf(type, quality))
        encoders[type].encode(image, { ...still, type, quality, progressive }, setting);
  return asked;
}

/** Changes with the encoders, their settings and sharp. */
function encoderFingerprint(): string {
  const types = Object.keys(imageTypes) as readonly ImageType[];
  const plans = types.map((type) => [encoders[type], calls(type)]);
  const text = JSON.stringify([packageJson.dependencies.sharp, plans]);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

it('other encoder settings, and another sharp, are another engine', () => {
  // If this fails: increase `engineVersion` in shared/operations/engine.ts, name it in CHANGELOG.md, and write both
  // values here. Engines that were never released need no number of their own.
  expect({ engineVersion, fingerprint: encoderFingerprint() }).toEqual({
    engineVersion: 1,
    fingerprint: '47ad8fc40c35b195',
  });
});
