import { expect, it } from 'vitest';
import { countCases } from '../proof/cases.ts';
import type { AwsRow, Section } from './aws-page.ts';

/** The rows of docs/proof-aws.md, in the order in which they ran. */
export const rows: AwsRow[] = [];

let declarations = 0;

/** How many rows the page has if every test has run. */
export const declared = (): number => declarations;

/** Declares a test that is a row of the page. */
export function checks(
  section: Section,
  what: string,
  expected: string,
  work: () => Promise<void>,
): void {
  declarations += 1;
  it(`${what}: ${expected}`, async () => {
    const failure = await work().then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    countCases();
    const [line = ''] = failure?.message.split('\n') ?? [];
    rows.push({ section, what, expected, result: failure ? `**failed**: ${line}` : 'passed' });
    expect(failure).toBeUndefined();
  }, 120_000);
}
