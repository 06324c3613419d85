import { limits } from '../../shared/limits.ts';
import type { Keys } from '../../shared/policy/policy.ts';
import { auditVersions } from '../../shared/versions/audit.ts';
import { auditKey, readRecord } from '../../shared/versions/bucket.ts';
import { publishedPolicy } from '../../shared/versions/tenants.ts';
import { OperatorFailure } from '../failure.ts';
import { logFiles, readLogs } from '../logs/log-reader.ts';
import { countServiceLine, emptyStats, statsReport } from '../stats/stats-tally.ts';
import type { Installation } from '../target/target.ts';

/** What is known of a kid that a tenant accepts. */
export type KeyState = {
  readonly kid: string;
  readonly active: boolean;
  /** When it last signed a request, as far as the log reaches; null where the log does not name it. */
  readonly lastUsed: string | null;
  /** When the last URL that it can have signed expires; null where URLs live for ever, or it signs. */
  readonly lastExpiry: string | null;
  /** Whether retiring it refuses no URL that is still valid. */
  readonly safeToRetire: boolean;
};

/** When another kid took over, in seconds; nothing while the kid signs, or where the trail is damaged. */
async function replacedAt(target: Installation, tenant: string, kid: string) {
  let replaced: number | undefined;
  for (const version of (await auditVersions(target, tenant)).toReversed()) {
    const stored = await readRecord(target, auditKey(tenant, version)).catch(() => undefined);
    const keys = stored?.record.policy?.['keys'] as Keys | undefined;
    if (stored === undefined || keys?.active === kid) return replaced;
    replaced = Date.parse(stored.record.at) / 1_000;
  }
  return replaced;
}

/** The last use of each kid, from the log of this machine's stack; nothing where there is no log. */
async function lastUses(
  { edgeLog }: Installation,
  tenant: string,
): Promise<Readonly<Record<string, string>>> {
  if (edgeLog === undefined) return {};
  const tally = emptyStats();
  const ignored = () => undefined;
  try {
    await readLogs(await logFiles([edgeLog]), {
      begin: ignored,
      damaged: ignored,
      advance: ignored,
      tooLong: ignored,
      line: (text) => void countServiceLine(tally, text, tenant),
    });
  } catch (thrown) {
    if (!(thrown instanceof OperatorFailure)) throw thrown;
  }
  return statsReport(tally).tenants[tenant]?.kids ?? {};
}

/** When the last URL that a kid can have signed expires, in milliseconds; minters' clocks may differ. */
async function lastExpiry(
  target: Installation,
  tenant: string,
  kid: string,
  lifetime: number | null,
) {
  if (lifetime === null) return undefined;
  const replaced = await replacedAt(target, tenant, kid);
  const seconds = lifetime + limits.clockSkewSeconds;
  return replaced === undefined ? undefined : (replaced + seconds) * 1_000;
}

/** The state of every kid that a tenant accepts. */
export async function keyStates(
  target: Installation,
  tenant: string,
): Promise<readonly KeyState[]> {
  const published = await publishedPolicy(target, tenant);
  const { keys, urls } = published?.document ?? {};
  const used = await lastUses(target, tenant);
  const states: KeyState[] = [];
  for (const kid of keys?.accept ?? []) {
    const expiry = await lastExpiry(target, tenant, kid, urls?.maxLifetime ?? null);
    states.push({
      kid,
      active: kid === keys?.active,
      lastUsed: used[kid] ?? null,
      lastExpiry: expiry === undefined ? null : new Date(expiry).toISOString(),
      safeToRetire: expiry !== undefined && expiry < target.clock(),
    });
  }
  return states;
}

/** One line about a kid. */
export function printKid({ kid, active, lastUsed, lastExpiry, safeToRetire }: KeyState): string {
  const use = lastUsed === null ? 'not in the log' : `last used ${lastUsed}`;
  if (active) return `${kid}  signs; ${use}`;
  const end = lastExpiry === null ? 'its URLs may live for ever' : `its URLs end by ${lastExpiry}`;
  return `${kid}  verifies; ${use}; ${safeToRetire ? 'safe to retire' : end}`;
}
