/**
 * Writes a line to the log of a function. It does not use `console`, because Lambda would put the time,
 * the request and a level before the line. The line would not be JSON, and CloudWatch would find no metrics.
 */
export function putLine(line: string): void {
  process.stdout.write(`${line}\n`);
}
