import { systemClock } from '../../shared/adapters/clock.ts';
import { PortFailure, seconds } from '../../shared/ports.ts';
import { checkGrantable } from '../../shared/recipe/recipe.ts';
import { parseWritten } from '../../shared/recipe/request-url.ts';
import { type QueryRecipe, readQuerySpelling } from '../../shared/recipe/spellings.ts';
import { Refusal } from '../../shared/refusal.ts';
import type { PolicyRequest } from '../../shared/request/admission.ts';
import { runFromAdmit } from '../../shared/request/stages.ts';
import { isRefusal, type ServiceLine } from '../logs/service-line.ts';
import type { ExplainDeps, ExplainRequest } from './explain-request.ts';
import { createExplanation, type Explanation, type ExplanationRecord } from './explanation.ts';
import { onlineKnowledge } from './knowledge.ts';
import { lookUp } from './look-up.ts';
import { stageViews } from './stage-views.ts';

/**
 * Refusals that depend on the recipe, the policy and whether the source is there, so they are decided again. The
 * others depend on the credential, or on what the source was then.
 */
const decidedAgain: ReadonlySet<string> = new Set([
  ...['denied_operation', 'denied_value', 'denied_required', 'denied_preset', 'source_missing'],
]);

/** Whether a recipe has an operation that no grant covers. The line does not say whether there was a grant. */
function needsSignature(logged: PolicyRequest): boolean {
  try {
    checkGrantable(parseWritten(logged).steps);
    return false;
  } catch (thrown) {
    if (thrown instanceof Refusal) return true;
    throw thrown;
  }
}

/** Whether the refusal of a line has to be repeated, because what it depends on is not in the line. */
const isSettled = ({ code }: Refusal, logged: PolicyRequest): boolean =>
  !decidedAgain.has(code) || (code === 'denied_operation' && needsSignature(logged));

/** The log has cut texts of this length. */
const cutCharacters = 256;

const isCut = (text: string | undefined): boolean => (text ?? '').length >= cutCharacters;

/** A recipe that begins like this was written in the query. Both spellings begin like this. */
const queryForm = /^(?:image|style)\//;

function readRecipe(recipe: string | undefined): Pick<PolicyRequest, 'operations' | 'query'> {
  if (recipe === undefined || !queryForm.test(recipe))
    return { operations: recipe, query: undefined };
  const query: QueryRecipe | undefined = readQuerySpelling(
    `x-oss-process=${encodeURIComponent(recipe)}`,
  );
  return { operations: undefined, query };
}

/** The request of a line, as it was after verify; undefined if the line does not name its source. */
function readLoggedRequest({ tenant, path, recipe }: ServiceLine): PolicyRequest | undefined {
  if (tenant === undefined || path === undefined || isCut(path) || isCut(recipe)) return undefined;
  // The log has neither exp nor grant, so the lifetime and the kid are not decided again.
  const signer = { kid: '', continuation: true, granted: undefined };
  return { tenant, path, exp: undefined, ...readRecipe(recipe), ...signer };
}

function viewLine({ time, requestId, outcome, reason, kid, reported }: ServiceLine) {
  return {
    time,
    requestId: requestId ?? null,
    outcome,
    ...(reason === undefined ? {} : { reason }),
    kid: kid ?? null,
    reported: reported ?? null,
  };
}

const refusalIn = ({
  outcome,
  reason = 'the line gives no reason',
}: ServiceLine): Refusal | undefined =>
  isRefusal(outcome) ? new Refusal(outcome, reason) : undefined;

/** What the policy and the stores say today. */
async function decideToday(
  record: ExplanationRecord,
  logged: PolicyRequest,
  { accept }: ExplainRequest,
  { open }: ExplainDeps,
): Promise<Explanation> {
  const { online } = await onlineKnowledge(await open());
  const policy = await online.policyOf(logged.tenant);
  const question = { accept, now: seconds(systemClock), observe: record.observe };
  const named = runFromAdmit(logged, policy, question);
  if (policy === undefined) return record.result();
  const stored = await lookUp(record, online.installation, logged, policy, named);
  return record.result({ key: named.key, stored });
}

/**
 * Explains a request from its line in the log of the functions: what was answered, and what the policy and
 * the stores say today. The signature is not in the line, so verify counts as passed.
 */
export async function explainLine(
  line: ServiceLine,
  request: ExplainRequest,
  deps: ExplainDeps,
): Promise<Explanation> {
  const logged = readLoggedRequest(line);
  const views = stageViews(request.accept, () => logged?.query);
  const record = createExplanation(request.url, views);
  record.pass('log', viewLine(line));
  const refused = refusalIn(line);
  try {
    if (refused !== undefined && (logged === undefined || isSettled(refused, logged)))
      throw refused;
    return logged === undefined
      ? record.result()
      : await decideToday(record, logged, request, deps);
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    if (thrown.cause instanceof PortFailure) throw thrown.cause;
    record.refuse(thrown === refused ? 'log' : record.next(), thrown, {});
    return record.result();
  }
}
