// Runs the bundle of viewer-request as Lambda does, one event after another, and reports its memory.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const [bundle, events] = process.argv.slice(2);
const { handler } = await import(pathToFileURL(bundle).href);
const startedBytes = process.memoryUsage.rss();
let allowed = 0;
for await (const line of createInterface({ input: createReadStream(events) })) {
  const [uri, querystring] = line.split('?');
  const request = { uri, querystring, method: 'GET', clientIp: '192.0.2.1', headers: {} };
  const config = { requestId: 'bench' };
  const answer = await handler({ Records: [{ cf: { config, request } }] });
  if (answer.status === undefined) allowed += 1;
}
process.send({
  allowed,
  startedBytes,
  bytes: process.memoryUsage.rss(),
  mostBytes: process.resourceUsage().maxRSS * 1_024,
});
process.disconnect();
