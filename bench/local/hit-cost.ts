import { once } from 'node:events';
import http from 'node:http';
import { processTimes } from './process-times.ts';
import { startLocalStack } from './started-stack.ts';

/** CPU milliseconds of one cache hit. */
export type HitCost = {
  /** Of the process that is the CDN, S3 and Secrets Manager. */
  readonly stack: number;
  /** Of the processes of the functions. */
  readonly functions: number;
};

const headers = { accept: 'image/avif,image/webp,*/*' };

async function view(url: string, agent: http.Agent): Promise<string> {
  const [answer] = (await once(http.get(url, { agent, headers }), 'response')) as [
    http.IncomingMessage,
  ];
  answer.resume();
  await once(answer, 'end');
  return `${answer.statusCode} ${answer.headers['x-cache']}`;
}

async function viewMany(url: string, views: number, agent: http.Agent): Promise<void> {
  for (let at = 0; at < views; at += 1) {
    const answered = await view(url, agent);
    if (answered !== '200 Hit from cloudfront') throw new Error(`no hit, but ${answered}`);
  }
}

/** Measures hits of one picture on one connection, one after the other. A sixth more goes before. Linux only. */
export async function measureHits(hits: number): Promise<HitCost> {
  const stack = await startLocalStack();
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  try {
    await view(stack.signedUrl, agent);
    await viewMany(stack.signedUrl, Math.ceil(hits / 6), agent);
    const before = processTimes(stack.pid);
    await viewMany(stack.signedUrl, hits, agent);
    const after = processTimes(stack.pid);
    return {
      stack: (after.own - before.own) / hits,
      functions: (after.others - before.others) / hits,
    };
  } finally {
    agent.destroy();
    await stack.stop();
  }
}
