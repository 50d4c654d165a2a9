import express, { type Request, type Response } from 'express';
import { CheongsanError } from '../kernel/errors.ts';
import { assertPlain } from './request-part.ts';
import { refuseSecrets } from './secrets.ts';

const JSON_LIMIT = '5mb';
const parse = express.json({ limit: JSON_LIMIT });

/**
 * Reads the body of a request as JSON; a request without a body has an empty object. Errors: `INPUT_INVALID` for what is no JSON
 * or is sent as something else, `FILE_TOO_LARGE`, `SECRET_FOUND` for a wallet's phrase or key.
 */
export async function readJson(request: Request, response: Response): Promise<unknown> {
  if (!hasBody(request)) return {};
  if (request.is('application/json') === false) {
    throw new CheongsanError('INPUT_INVALID', 'The body is read as JSON; send it with "Content-Type: application/json".');
  }
  await new Promise<void>((resolve, reject) => {
    parse(request, response, (thrown?: unknown) => {
      if (thrown === undefined) resolve();
      else reject(unreadable(thrown));
    });
  });
  const body: unknown = request.body;
  assertPlain(body, 'body');
  refuseSecrets(body);
  return body;
}

function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** What the parser throws is the client's doing. */
function unreadable(thrown: unknown): CheongsanError {
  const type = thrown instanceof Error && 'type' in thrown ? thrown.type : undefined;
  if (type === 'entity.too.large') return new CheongsanError('FILE_TOO_LARGE', `A JSON body may have ${JSON_LIMIT}; split the call.`);
  return new CheongsanError('INPUT_INVALID', 'The body is not the JSON it claims to be.', { cause: thrown });
}
