import type { ServerResponse } from 'node:http';
import { asFailure, type FailureKind } from '../../operator/failure.ts';
import type { StartProgress } from '../../operator/progress.ts';
import { securityHeaders } from './security-headers.ts';

/* How the server answers. Nothing of it may be stored: it holds what only the operator may read. */

const headersFor = (type: string): Readonly<Record<string, string>> => ({
  ...securityHeaders,
  'cache-control': 'no-store',
  'content-type': type,
});

export function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, headersFor('text/plain; charset=utf-8')).end(`${text}\n`);
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, headersFor('application/json')).end(JSON.stringify(value));
}

const statuses: Readonly<Record<FailureKind, number>> = {
  usage: 400,
  refused: 422,
  unreachable: 503,
};

/** Sends what the command line would print for this failure. */
export function sendFailure(response: ServerResponse, thrown: unknown, local: boolean): void {
  const { code, kind, message } = asFailure(thrown, local);
  sendJson(response, statuses[kind], { error: code, message });
}

/** The type of an answer in lines of JSON: how far the work has come, and last its value or failure. */
export const linesType = 'application/x-ndjson';

/** How far work has come. */
export type ProgressLine = { readonly done: number; readonly total: number | null };

/** An answer in lines. It begins with the first line of progress. */
export type LinesAnswer = {
  readonly startProgress: StartProgress;
  readonly sendValue: (value: unknown) => void;
  readonly sendFailure: (thrown: unknown) => void;
};

/** In milliseconds between two lines of progress. */
const progressPace = 100;

/** Answers in lines. */
export function answerInLines(response: ServerResponse, local: boolean): LinesAnswer {
  const begin = (): void => {
    if (!response.headersSent) response.writeHead(200, headersFor(linesType));
  };
  const send = (line: object): void => {
    begin();
    response.write(`${JSON.stringify(line)}\n`);
  };
  const sendProgress = (progress: ProgressLine): void => send({ progress });
  return {
    startProgress: (total = undefined) => {
      let done = 0;
      let saidAt = Date.now();
      sendProgress({ done, total: total ?? null });
      return {
        advance: (amount) => {
          done += amount;
          if (Date.now() - saidAt < progressPace) return;
          saidAt = Date.now();
          sendProgress({ done, total: total ?? null });
        },
        end: () => undefined,
      };
    },
    sendValue: (value) => {
      send({ value });
      response.end();
    },
    sendFailure: (thrown) => {
      if (!response.headersSent) return sendFailure(response, thrown, local);
      const { code, message } = asFailure(thrown, local);
      send({ failure: { error: code, message } });
      response.end();
    },
  };
}
