import { createHmac } from 'node:crypto';
import { gate } from '../../edge/gate.ts';
import { signedMessage } from '../../shared/url/signature.ts';
import { startDecisions } from './container.ts';
import { type Kind, kindNames, type RawUrl, rangePolicy, requestMaker } from './requests.ts';

/*
 * Measures decisions in a process of its own, bundled as the functions are. After each batch of HMACs comes
 * one batch of each kind of request, so that whatever slows the machine slows both alike.
 */

/** Chrome's Accept for images. */
const accept = 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8';
const batch = 400;

/** CPU time of each batch, in microseconds for one of its requests. */
export type Times = ReadonlyMap<Kind | 'hmac', readonly number[]>;

const cpuTime = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

/** The message of a signed URL as long as those that are measured. */
const message = signedMessage({
  kid: 'r1.1',
  exp: '1900000000',
  target: '/acme/photos/2030/summer-1.jpg__op__resize,w_640__op__quality,q_75__op__format,f_auto',
});

function timeHmacs(count: number): number {
  const key = `sgn_${'k'.repeat(43)}`;
  const started = cpuTime();
  for (let at = 0; at < count; at += 1)
    createHmac('sha256', key).update(message).digest('base64url');
  return (cpuTime() - started) / count;
}

type Container = ReturnType<typeof startDecisions>;

async function timeDecisions(urls: readonly RawUrl[], { deps }: Container): Promise<number> {
  const started = cpuTime();
  for (const url of urls)
    await gate({ method: 'GET', ...url, accept }, deps).catch(() => undefined);
  return (cpuTime() - started) / urls.length;
}

/** Measures so many batches of every kind, after half as many that do not count. */
export async function measureKinds(rounds: number): Promise<Times> {
  const container = startDecisions(rangePolicy);
  const make = requestMaker(container.keyring, container.deps.now());
  const times = new Map<Kind | 'hmac', number[]>();
  let made = 0;
  for (let round = -Math.floor(rounds / 2); round < rounds; round += 1) {
    const note = (name: Kind | 'hmac', time: number): void => {
      if (round >= 0) times.set(name, [...(times.get(name) ?? []), time]);
    };
    note('hmac', timeHmacs(batch * 10));
    for (const kind of kindNames) {
      const urls: RawUrl[] = [];
      for (let at = 0; at < batch; at += 1) urls.push(await make[kind](made++));
      note(kind, await timeDecisions(urls, container));
    }
  }
  return times;
}

process.send?.([...(await measureKinds(Number(process.argv[2])))]);
process.disconnect();
