import type { ServerResponse } from 'node:http';
import { quietly } from '../../operator/tenants/outcomes.ts';
import { printUsageCsv } from '../../operator/usage/usage-csv.ts';
import { sendFailure } from './answer.ts';
import { abortedWith, checkInput } from './answer-call.ts';
import type { CallContext } from './call.ts';
import { countUsage, usageInput } from './calls/usage-calls.ts';
import { securityHeaders } from './security-headers.ts';

/** Answers `GET /usage.csv` with what `signet usage --csv` prints. */
export async function sendUsageCsv(
  context: CallContext,
  response: ServerResponse,
  { searchParams }: URL,
): Promise<void> {
  try {
    const input = checkInput(usageInput, Object.fromEntries(searchParams));
    const work = { ...context, ...quietly, signal: abortedWith(response) };
    const csv = printUsageCsv((await countUsage(work, input)).rows);
    response
      .writeHead(200, {
        ...securityHeaders,
        'cache-control': 'no-store',
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': 'attachment; filename="signet-usage.csv"',
      })
      .end(csv);
  } catch (thrown) {
    sendFailure(response, thrown, context.target === 'local');
  }
}
