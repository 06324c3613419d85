import * as v from 'valibot';

const versionSchema = v.object({
  id: v.string(),
  createdAt: v.number(),
  stages: v.array(v.string()),
  text: v.nullable(v.string()),
  binary: v.nullable(v.string()),
});

/** A secret as it lies in its file; times are milliseconds since 1970. */
export const secretSchema = v.object({
  name: v.string(),
  arn: v.string(),
  description: v.nullable(v.string()),
  createdAt: v.number(),
  changedAt: v.number(),
  versions: v.array(versionSchema),
});

export type Version = v.InferOutput<typeof versionSchema>;
export type Secret = v.InferOutput<typeof secretSchema>;
/** Text or bytes in base64; neither where a rotation has begun and nobody has put a value yet. */
export type SecretValue = Pick<Version, 'text' | 'binary'>;

export const isEmpty = ({ text, binary }: SecretValue): boolean => text === null && binary === null;

// Secrets Manager keeps the last hundred versions that carry no label.
const keptUnlabelled = 100;

/** The version that carries a label. */
export function versionAt(secret: Secret, stage: string): Version | undefined {
  return secret.versions.find(({ stages }) => stages.includes(stage));
}

/** The secret with one more version, its labels taken from wherever they were. */
export function withVersion(secret: Secret, version: Version): Secret {
  const bare = { ...version, stages: [] };
  const added = { ...secret, changedAt: version.createdAt, versions: [...secret.versions, bare] };
  const labelled = version.stages.reduce(
    (current, stage) => withStage(current, stage, version.id),
    added,
  );
  return { ...labelled, versions: pruneVersions(labelled.versions) };
}

/**
 * The secret with a label on one version only, or on none. When AWSCURRENT moves, the version it
 * leaves becomes AWSPREVIOUS: that is what a rotation can be rolled back to.
 */
export function withStage(secret: Secret, stage: string, versionId: string | undefined): Secret {
  const left = versionAt(secret, stage);
  const moved = place(secret, stage, versionId);
  if (stage !== 'AWSCURRENT' || left === undefined || left.id === versionId) return moved;
  return place(moved, 'AWSPREVIOUS', left.id);
}

function place(secret: Secret, stage: string, versionId: string | undefined): Secret {
  const versions = secret.versions.map((version) => {
    const others = version.stages.filter((other) => other !== stage);
    return { ...version, stages: version.id === versionId ? [...others, stage] : others };
  });
  return { ...secret, versions };
}

function pruneVersions(versions: readonly Version[]): Version[] {
  const unlabelled = versions.filter(({ stages }) => stages.length === 0);
  const dropped = new Set(unlabelled.slice(0, -keptUnlabelled));
  return versions.filter((version) => !dropped.has(version));
}
