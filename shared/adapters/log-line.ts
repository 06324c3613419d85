/**
 * Writes a line to a function's log as it is. Not by `console`: before its lines Lambda's runtime puts
 * the time, the request and a level, and no line would be JSON, nor CloudWatch's embedded metrics.
 */
export function putLine(line: string): void {
  process.stdout.write(`${line}\n`);
}
