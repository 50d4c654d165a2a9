import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { CheongsanError } from '../kernel/errors.ts';
import { toProblem } from './problem.ts';

/**
 * Answers what is no complete request, so that no route ever sees it: a body that ends before its announced length, headers
 * without end, something that is not HTTP. The connection is closed by that.
 */
export function answerBrokenRequest(cause: Error & { readonly code?: string }, socket: Duplex | Socket): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const problem = toProblem(brokenRequest(cause), randomUUID());
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} Bad Request`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function brokenRequest(cause: Error & { readonly code?: string }): CheongsanError {
  switch (cause.code) {
    case 'HPE_INVALID_EOF_STATE':
    case 'ECONNRESET':
      return new CheongsanError('FILE_TORN', 'The request ended before the length it announced; send it again.', { cause });
    case 'HPE_HEADER_OVERFLOW':
      return new CheongsanError('FILE_TOO_LARGE', 'The headers of the request are too large.', { cause });
    default:
      return new CheongsanError('INPUT_INVALID', 'This is no request in HTTP/1.1.', { cause });
  }
}
