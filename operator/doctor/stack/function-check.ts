import type { DistributionFacts, StackFacts, StackResource } from '../../target/stack-facts.ts';
import { type CheckSubject, type Finding, fail, pass } from '../finding.ts';
import type { WrongFunction } from './stack-finding.ts';

/** The trigger of each function, and the beginning of the logical id of its version in the template. */
const triggers = [
  ['viewer-request', 'ViewerRequest'],
  ['origin-response', 'OriginResponse'],
] as const;

/** `…:function:NAME:3` becomes `NAME:3`. */
const shortName = (arn: string): string => arn.split(':').slice(-2).join(':');

/** The version of each function that the stack made last. Earlier versions stay in the account, but leave the stack. */
function expectedVersions(resources: readonly StackResource[]): ReadonlyMap<string, string> {
  const versions = resources.filter(({ type }) => type === 'AWS::Lambda::Version');
  return new Map(
    triggers.flatMap(([event, id]) => {
      const found = versions.find((one) => one.id.startsWith(id));
      return found === undefined ? [] : [[event, found.physicalId] as const];
    }),
  );
}

/** Every behaviour has to run both functions: AWS chooses the behaviour by the path. */
function findWrong(
  { behaviors, associations }: DistributionFacts,
  expected: ReadonlyMap<string, string>,
): WrongFunction | undefined {
  return behaviors
    .flatMap((on) =>
      [...expected].map(([event, arn]) => {
        const found = associations.find((one) => one.on === on && one.event === event)?.arn;
        return { event, on, arn, found };
      }),
    )
    .filter(({ arn, found }) => found !== arn)
    .map(({ event, on, arn, found }) => ({
      ...{ event, on },
      expected: shortName(arn),
      found: found === undefined ? undefined : shortName(found),
    }))[0];
}

/** Checks that the distribution runs the versions of the functions that the stack made, at every edge location. */
export async function checkFunctions(facts: StackFacts, subject: CheckSubject): Promise<Finding> {
  const distribution = await facts.distribution();
  if (!distribution.enabled) return fail(subject, { kind: 'distribution_disabled' });
  const expected = expectedVersions(await facts.resources());
  if (expected.size < triggers.length) return fail(subject, { kind: 'functions_unknown' });
  const wrong = findWrong(distribution, expected);
  if (wrong !== undefined) return fail(subject, { kind: 'functions_differ', wrong });
  if (!distribution.deployed) return fail(subject, { kind: 'distribution_changing' });
  return pass(subject, {
    kind: 'functions_current',
    versions: [...expected.values()].map(shortName),
  });
}
