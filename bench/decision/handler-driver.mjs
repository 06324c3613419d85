// Runs the bundle of viewer-request as Lambda does, one event after another, and reports its CPU time.
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [bundle, events, batches] = process.argv.slice(2);
const { handler } = await import(pathToFileURL(bundle).href);
const urls = readFileSync(events, 'utf8').trim().split('\n');
const size = Math.floor(urls.length / Number(batches));
const accept = 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8';
const message = `signet.v1\nr1.1\n1900000000\n/acme/${'x'.repeat(80)}`;

const cpuTime = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

/** As CloudFront sends it. https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-event-structure.html */
function eventOf(url) {
  const [uri, querystring] = url.split('?');
  const headers = {
    host: [{ key: 'Host', value: 'images.example.com' }],
    accept: [{ key: 'Accept', value: accept }],
    'user-agent': [{ key: 'User-Agent', value: 'Mozilla/5.0' }],
  };
  const request = { uri, querystring, method: 'GET', clientIp: '192.0.2.1', headers };
  return { Records: [{ cf: { config: { requestId: 'bench' }, request } }] };
}

let allowed = 0;
async function timeHandler(batch) {
  const all = batch.map(eventOf);
  const started = cpuTime();
  for (const event of all) if ((await handler(event)).status === undefined) allowed += 1;
  return (cpuTime() - started) / batch.length;
}

function timeHmacs(count) {
  const started = cpuTime();
  for (let at = 0; at < count; at += 1)
    createHmac('sha256', `sgn_${'k'.repeat(43)}`)
      .update(message)
      .digest('base64url');
  return (cpuTime() - started) / count;
}

const times = { hmac: [], handler: [] };
for (let at = 0; at < urls.length; at += size) {
  times.hmac.push(timeHmacs(size * 5));
  times.handler.push(await timeHandler(urls.slice(at, at + size)));
}
process.send({ allowed, times });
process.disconnect();
