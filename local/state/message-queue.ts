import { randomUUID } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { QueuedMessage } from '../../tasks/purge-messages.ts';
import { commitFile, makeFolder, removeTemporaries, writeTemporary } from './durable-file.ts';

/*
 * A queue in a folder that behaves as SQS does: at least once, in any order, with delays. Each
 * message is a file. The file name says from when the message is due, so a restart needs no index.
 */

/** Handles messages. The result is the ids of the messages that stay in the queue. */
export type MessageHandler = (messages: readonly QueuedMessage[]) => Promise<readonly string[]>;

export type QueueOptions = {
  readonly folder: string;
  readonly handle: MessageHandler;
  /** How long a message that failed waits for its next try. */
  readonly retrySeconds: number;
  readonly log: (line: string) => void;
};

export type MessageQueue = {
  /** Stores a message and delivers it after a delay. The message survives a crash once this resolves. */
  readonly send: (body: string, delaySeconds: number) => Promise<void>;
  /** Stores a message that waits for `deliver`. After a restart it is due at once. */
  readonly hold: (body: string) => Promise<QueuedMessage>;
  /** Delivers stored messages now. Resolves when they are handled; a failure only means a retry. */
  readonly deliver: (messages: readonly QueuedMessage[]) => Promise<void>;
  /** Delivers what an earlier process left: due messages now, delayed messages when they are due. */
  readonly resume: () => Promise<void>;
  /** Stops deliveries and waits for those under way. Messages stay in the folder. */
  readonly close: () => Promise<void>;
};

type Queue = QueueOptions & {
  readonly timers: Set<NodeJS.Timeout>;
  readonly running: Set<Promise<void>>;
  closed: boolean;
};

/** As in SQS. Also bounds the wait if the system clock was set back while the stack was down. */
const maxDelaySeconds = 900;

/** SQS hands at most this many messages to a function at once, so one failure repeats few. */
const batchSize = 10;

/** `<due, in milliseconds since 1970>-<uuid>.message`; the name is also the id of the message. */
const messageName = /^(\d+)-[0-9a-f-]{36}\.message$/;

const dueTime = (id: string): number => Number(messageName.exec(id)?.[1]);

async function writeMessage(folder: string, body: string, due: number): Promise<QueuedMessage> {
  const id = `${due}-${randomUUID()}.message`;
  const temporary = await writeTemporary(folder, async (handle) => {
    await handle.writeFile(body);
  });
  await commitFile(temporary, path.join(folder, id));
  return { id, body };
}

async function readMessages(folder: string): Promise<readonly QueuedMessage[]> {
  const names = await readdir(folder);
  const ids = names.filter((name) => messageName.test(name));
  return Promise.all(
    ids.map(async (id) => ({ id, body: await readFile(path.join(folder, id), 'utf8') })),
  );
}

function schedule(queue: Queue, message: QueuedMessage, seconds: number): void {
  if (queue.closed) return;
  const timer = setTimeout(() => {
    queue.timers.delete(timer);
    void deliver(queue, [message]);
  }, seconds * 1_000);
  queue.timers.add(timer);
}

async function handleBatch(queue: Queue, messages: readonly QueuedMessage[]): Promise<void> {
  try {
    const failed = new Set(await queue.handle(messages));
    for (const message of messages)
      if (failed.has(message.id)) schedule(queue, message, queue.retrySeconds);
      else await rm(path.join(queue.folder, message.id), { force: true });
  } catch (thrown) {
    queue.log(`messages in ${queue.folder} failed and are tried again: ${String(thrown)}`);
    for (const message of messages) schedule(queue, message, queue.retrySeconds);
  }
}

function deliver(queue: Queue, messages: readonly QueuedMessage[]): Promise<void> {
  const work = handleBatch(queue, messages).finally(() => queue.running.delete(work));
  queue.running.add(work);
  return work;
}

async function resume(queue: Queue, left: readonly QueuedMessage[]): Promise<void> {
  const now = Date.now();
  const secondsUntilDue = ({ id }: QueuedMessage): number => (dueTime(id) - now) / 1_000;
  const due = left.filter((message) => secondsUntilDue(message) <= 0);
  for (const message of left.filter((one) => secondsUntilDue(one) > 0))
    schedule(queue, message, Math.min(secondsUntilDue(message), maxDelaySeconds));
  for (let at = 0; at < due.length && !queue.closed; at += batchSize)
    await deliver(queue, due.slice(at, at + batchSize));
}

async function close(queue: Queue): Promise<void> {
  queue.closed = true;
  for (const timer of queue.timers) clearTimeout(timer);
  await Promise.all(queue.running);
}

/** Opens the queue of a folder. Messages in it wait until `resume`. */
export async function openMessageQueue(options: QueueOptions): Promise<MessageQueue> {
  const { folder } = options;
  await makeFolder(folder);
  await removeTemporaries(folder);
  const left = await readMessages(folder);
  const queue: Queue = { ...options, timers: new Set(), running: new Set(), closed: false };
  return {
    send: async (body, delaySeconds) => {
      const due = Date.now() + delaySeconds * 1_000;
      schedule(queue, await writeMessage(folder, body, due), delaySeconds);
    },
    hold: (body) => writeMessage(folder, body, Date.now()),
    deliver: (messages) => deliver(queue, messages),
    resume: () => resume(queue, left),
    close: () => close(queue),
  };
}
