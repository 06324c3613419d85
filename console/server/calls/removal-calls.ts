import * as v from 'valibot';
import { planPurge, purgeScope } from '../../../operator/purge/purge-scope.ts';
import { printPurge } from '../../../operator/purge/purge-text.ts';
import { printCoverage, printScopeWarnings } from '../../../operator/scopes/scope-text.ts';
import { browseSources, describeStoredSource } from '../../../operator/sources/browse.ts';
import { printRemovalQuestion, printRemoved } from '../../../operator/sources/removal-text.ts';
import { planRemovals, removeScopes } from '../../../operator/sources/remove-sources.ts';
import { declareCall } from '../call.ts';

const tenant = v.string();
const scope = v.string();

export const removalCalls = {
  /** A folder of a tenant, or a search in it. */
  browseSources: declareCall(
    v.object({ tenant, folder: v.string(), search: v.optional(v.string(), '') }),
    ({ open }, request) => browseSources(open, request),
  ),
  /** What is stored of one source; null if there is none. */
  source: declareCall(
    v.object({ tenant, path: v.string() }),
    async ({ open }, { tenant: owner, path }) =>
      (await describeStoredSource(open, owner, path)) ?? null,
  ),
  /** What a deletion covers, and what the operator is asked. Changes nothing. */
  planRemoval: declareCall(v.object({ tenant, scope }), async ({ open }, input) => {
    const warnings: string[] = [];
    const request = { tenant: input.tenant, scopes: [input.scope] };
    const { isRestorable, plans } = await planRemovals(open, request, (named, checked) => {
      warnings.push(...printScopeWarnings(named, checked));
    });
    return { question: printRemovalQuestion(plans, isRestorable), warnings };
  }),
  /** Deletes sources, and purges their derivatives. */
  removeSources: declareCall(
    v.object({ tenant, scope }),
    async ({ open, startProgress }, input) => {
      const request = { tenant: input.tenant, scopes: [input.scope] };
      const control = {
        startProgress,
        onChecked: () => undefined,
        // The page has shown the plan and asked.
        confirm: async () => undefined,
      };
      return { said: printRemoved(await removeScopes(open, request, control)) };
    },
  ),
  /** What a purge covers. Changes nothing. */
  planPurge: declareCall(v.object({ tenant, scope }), async ({ open }, input) => {
    const plan = await planPurge(open, input.tenant, input.scope);
    const warnings = printScopeWarnings(plan.scope, plan.checked);
    return { question: printCoverage(plan), warnings };
  }),
  /** Deletes derivatives, and invalidates the caches. */
  purge: declareCall(v.object({ tenant, scope }), async ({ open }, input) => ({
    said: printPurge(await purgeScope(open, input.tenant, input.scope)),
  })),
};
