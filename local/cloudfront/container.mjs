// The inside of one "container": a worker thread that loads a bundled function once, so that module
// scope survives between events, and runs one event at a time. Plain JavaScript, because a worker
// does not inherit the TypeScript loader of the thread that starts it, nor should a function see it.
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';

const { file, functionName, memoryMb } = workerData;

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
    memoryLimitInMB: String(memoryMb),
    logGroupName: `/aws/lambda/us-east-1.${functionName}`,
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

// A result must not overtake the lines printed before it: the parent may stop this thread next.
async function printed(stream) {
  if (stream.writableLength > 0) await new Promise((resolve) => stream.write('', resolve));
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
    parentPort.on('message', async (message) => {
      const outcome = await run(handler, message);
      await printed(process.stdout);
      await printed(process.stderr);
      parentPort.postMessage(outcome);
    });
    parentPort.postMessage({ kind: 'ready' });
  } catch (error) {
    parentPort.postMessage({ kind: 'unready', error: described(error) });
  }
}

await start();
