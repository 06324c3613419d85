import { limits } from '../../shared/limits.ts';
import type { Keys } from '../../shared/policy/policy.ts';
import { auditVersions } from '../../shared/versions/audit.ts';
import { auditKey, readRecord } from '../../shared/versions/bucket.ts';
import { publishedPolicy } from '../../shared/versions/tenants.ts';
import { OperatorFailure } from '../failure.ts';
import { logFiles, readLogs } from '../logs/log-reader.ts';
import { countServiceLine, emptyStats, statsReport } from '../stats/stats-tally.ts';
import type { Installation } from '../target/target.ts';

/** A kid that a tenant accepts. Times are ISO 8601. */
export type KeyState = {
  readonly kid: string;
  readonly active: boolean;
  /** When it last signed a request; null if the log does not name it. */
  readonly lastUsed: string | null;
  /** When the last URL it can have signed expires; null while it is active, or if URLs never expire. */
  readonly lastExpiry: string | null;
  /** Whether every URL it can have signed has expired. */
  readonly safeToRetire: boolean;
};

/** When the kid stopped being active, in seconds; undefined while it is active or if the trail is damaged. */
async function replacedAt(installation: Installation, tenant: string, kid: string) {
  let replaced: number | undefined;
  for (const version of (await auditVersions(installation, tenant)).toReversed()) {
    const stored = await readRecord(installation, auditKey(tenant, version)).catch(() => undefined);
    const keys = stored?.record.policy?.['keys'] as Keys | undefined;
    if (stored === undefined || keys?.active === kid) return replaced;
    replaced = Date.parse(stored.record.at) / 1_000;
  }
  return replaced;
}

/** The last use of each kid, from the log of the local stack; empty without a log. */
async function lastUses(
  { edgeLog }: Installation,
  tenant: string,
): Promise<Readonly<Record<string, string>>> {
  if (edgeLog === undefined) return {};
  const tally = emptyStats();
  const ignore = () => undefined;
  try {
    await readLogs(await logFiles([edgeLog]), {
      begin: ignore,
      damaged: ignore,
      advance: ignore,
      tooLong: ignore,
      line: (text) => void countServiceLine(tally, text, tenant),
    });
  } catch (thrown) {
    if (!(thrown instanceof OperatorFailure)) throw thrown;
  }
  return statsReport(tally).tenants[tenant]?.kids ?? {};
}

/** When the last URL of a kid expires, in milliseconds. Adds the skew that minters' clocks may have. */
async function lastExpiry(
  installation: Installation,
  tenant: string,
  kid: string,
  lifetime: number | null,
) {
  if (lifetime === null) return undefined;
  const replaced = await replacedAt(installation, tenant, kid);
  const seconds = lifetime + limits.clockSkewSeconds;
  return replaced === undefined ? undefined : (replaced + seconds) * 1_000;
}

/** The state of every kid that a tenant accepts. */
export async function keyStates(
  installation: Installation,
  tenant: string,
): Promise<readonly KeyState[]> {
  const published = await publishedPolicy(installation, tenant);
  const { keys, urls } = published?.document ?? {};
  const used = await lastUses(installation, tenant);
  const states: KeyState[] = [];
  for (const kid of keys?.accept ?? []) {
    const expiry = await lastExpiry(installation, tenant, kid, urls?.maxLifetime ?? null);
    states.push({
      kid,
      active: kid === keys?.active,
      lastUsed: used[kid] ?? null,
      lastExpiry: expiry === undefined ? null : new Date(expiry).toISOString(),
      safeToRetire: expiry !== undefined && expiry < installation.clock(),
    });
  }
  return states;
}
