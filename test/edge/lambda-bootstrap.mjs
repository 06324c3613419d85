// The loop of a Lambda runtime: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
import { pathToFileURL } from 'node:url';

const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;
const [file] = process.argv.slice(2);
const { handler } = await import(pathToFileURL(file).href);

/** A connection may have ended while the process was frozen. */
const call = (path, options) =>
  fetch(`${api}${path}`, options).catch(() => fetch(`${api}${path}`, options));

for (;;) {
  const next = await call('/invocation/next');
  const id = next.headers.get('lambda-runtime-aws-request-id');
  const event = await next.json();
  // A handler that returns nothing answers null, as on Lambda.
  const body = JSON.stringify((await handler(event, { awsRequestId: id })) ?? null);
  await call(`/invocation/${id}/response`, { method: 'POST', body });
}
