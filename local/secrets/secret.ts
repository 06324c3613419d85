import * as v from 'valibot';

const versionSchema = v.object({
  id: v.string(),
  createdAt: v.number(),
  stages: v.array(v.string()),
  text: v.nullable(v.string()),
  binary: v.nullable(v.string()),
});

/** The file format of a secret. Times are in milliseconds since 1970. */
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
/** Text, or bytes in base64. Both are null while a rotation has no value yet. */
export type SecretValue = Pick<Version, 'text' | 'binary'>;

export const isEmpty = ({ text, binary }: SecretValue): boolean => text === null && binary === null;

// Secrets Manager keeps the last hundred versions without a label.
const keptUnlabelled = 100;

/** The version with a label. */
export function versionAt(secret: Secret, stage: string): Version | undefined {
  return secret.versions.find(({ stages }) => stages.includes(stage));
}

/** Adds a version. Its labels are removed from other versions. */
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
 * Moves a label to a version, or removes it. When AWSCURRENT moves, the version that had it becomes
 * AWSPREVIOUS, so that a rotation can be rolled back.
 */
export function withStage(secret: Secret, stage: string, versionId: string | undefined): Secret {
  const left = versionAt(secret, stage);
  const moved = moveLabel(secret, stage, versionId);
  if (stage !== 'AWSCURRENT' || left === undefined || left.id === versionId) return moved;
  return moveLabel(moved, 'AWSPREVIOUS', left.id);
}

function moveLabel(secret: Secret, stage: string, versionId: string | undefined): Secret {
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
