// The process inside a container. It loads a bundled function once, so module scope survives between
// events, and runs one event at a time. It is plain JavaScript, because the function must run without
// the TypeScript loader of the parent process.
import { pathToFileURL } from 'node:url';

const [file, functionName, memoryMb] = process.argv.slice(2);

// Ctrl-C reaches the whole process group, but the parent stops containers when their events are done.
// A container whose parent is gone exits.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);
process.on('disconnect', () => process.exit(0));

function describeError(error) {
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

// Lambda transports JSON both ways, so functions, dates and undefined behave as on AWS.
async function run(handler, message) {
  try {
    const result = await handler(JSON.parse(message.event), contextOf(message));
    return { kind: 'result', json: JSON.stringify(result ?? null) };
  } catch (error) {
    return { kind: 'error', error: describeError(error) };
  }
}

async function start() {
  try {
    const handler = await loadHandler();
    process.on('message', async (message) => process.send(await run(handler, message)));
    process.send({ kind: 'ready' });
  } catch (error) {
    process.send({ kind: 'unready', error: describeError(error) });
  }
}

await start();
