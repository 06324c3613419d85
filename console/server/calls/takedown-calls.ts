import * as v from 'valibot';
import { blockScope, unblockScope } from '../../../operator/policies/block.ts';
import { isInForce, printTakedown } from '../../../operator/policies/print-block.ts';
import { previewScope } from '../../../operator/scopes/preview-scope.ts';
import { printCoverage } from '../../../operator/scopes/scope-text.ts';
import { declareCall } from '../call.ts';

const scopeInput = v.object({ tenant: v.string(), scope: v.string() });
const reasonInput = v.object({
  ...scopeInput.entries,
  reason: v.pipe(v.string(), v.trim(), v.minLength(1, 'write a reason'), v.maxLength(1_000)),
});

export const takedownCalls = {
  /** What a scope covers, before anything is done. */
  scope: declareCall(scopeInput, async ({ open }, { tenant, scope }) => {
    const { report, warnings, blocked } = await previewScope(open, tenant, scope);
    return { ...report, warnings, blocked, text: printCoverage(report) };
  }),
  /** Blocks a scope, and views a stored derivative until it is refused. */
  block: declareCall(reasonInput, async ({ open }, request) => {
    const done = await blockScope(open, request);
    return { text: printTakedown(done), holds: isInForce(done.check) };
  }),
  unblock: declareCall(reasonInput, async ({ open }, request) => {
    const { scope, version, blockedBy } = await unblockScope(open, request);
    const still = blockedBy === null ? '' : ` It is still blocked by ${blockedBy}.`;
    return { text: `Unblocked ${scope} with version ${version}.${still}` };
  }),
};
