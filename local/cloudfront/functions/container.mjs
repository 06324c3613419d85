// The inside of one "container": a process that loads a bundled function once, so that module scope
// survives between events, and runs one event at a time. Plain JavaScript, because it runs without
// the TypeScript loader of the process that starts it: a function must not see that either.
import { pathToFileURL } from 'node:url';

const [file, functionName, memoryMb] = process.argv.slice(2);

// Ctrl-C reaches the whole process group, but it is the parent that ends containers, once their
// events are done; and a container without a parent has nothing left to do.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);
process.on('disconnect', () => process.exit(0));

function described(error) {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), stack: '' };
  return { name: error.name, message: error.message, stack: error.stack ?? '' };
}

async function loadHandler() {
  const { handler } = await import(pathToFileURL(file).href);
  if (typeof handler !== 'function') throw new Error(`${functionName} exports no handler function`);
  return handler;
}

function contextOf({ awsRequestId, deadline }) {
  return {
    awsRequestId,
    functionName,
    functionVersion: '1',
    invokedFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${functionName}:1`,
    memoryLimitInMB: memoryMb,
    logGroupName: `/aws/lambda/us-east-1.${functionName}`,
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

// Lambda carries JSON in both directions, so functions, dates and undefined behave here as there.
async function run(handler, message) {
  try {
    const result = await handler(JSON.parse(message.event), contextOf(message));
    return { kind: 'result', json: JSON.stringify(result ?? null) };
  } catch (error) {
    return { kind: 'error', error: described(error) };
  }
}

async function start() {
  try {
    const handler = await loadHandler();
    process.on('message', async (message) => process.send(await run(handler, message)));
    process.send({ kind: 'ready' });
  } catch (error) {
    process.send({ kind: 'unready', error: described(error) });
  }
}

await start();
