import type { ServerResponse } from 'node:http';
import { asFailure, type FailureKind } from '../../operator/failure.ts';
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
