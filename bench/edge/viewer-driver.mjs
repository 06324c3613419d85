// Runs the bundle of viewer-request as Lambda does, one event after another, and reports its memory.
import { openSync, readSync } from 'node:fs';
import { setImmediate as takeTurn } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const [bundle, events] = process.argv.slice(2);
const { handler } = await import(pathToFileURL(bundle).href);

/** Reads line by line, so that the events of a run do not count as memory of the function. */
function* readLines(file) {
  const [descriptor, chunk] = [openSync(file), Buffer.alloc(4_096)];
  let rest = '';
  for (let count = 1; count > 0; ) {
    count = readSync(descriptor, chunk);
    const lines = `${rest}${chunk.toString('latin1', 0, count)}`.split('\n');
    rest = lines.pop();
    yield* lines;
  }
  if (rest !== '') yield rest;
}

const startedBytes = process.memoryUsage.rss();
let allowed = 0;
for (const line of readLines(events)) {
  const [uri, querystring] = line.split('?');
  const request = { uri, querystring, method: 'GET', clientIp: '192.0.2.1', headers: {} };
  const config = { requestId: 'bench' };
  const answer = await handler({ Records: [{ cf: { config, request } }] });
  if (answer.status === undefined) allowed += 1;
  // In Lambda, the next event comes from the network.
  await takeTurn();
}
process.send({
  allowed,
  startedBytes,
  bytes: process.memoryUsage.rss(),
  mostBytes: process.resourceUsage().maxRSS * 1_024,
});
process.disconnect();
