import { canonicalSchema } from '../database/json.ts';
import { actorText, type Work } from '../database/work.ts';
import { type Canonical, canonicalJson } from '../kernel/digest.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';

export const IDEMPOTENCY_HEADER = 'Idempotency-Key';

/** A row of a bulk command stands behind `#` in its record's key, so no client's key has one. */
const KEY = /^[\x21\x22\x24-\x7e]{8,200}$/;

export interface KeyedRequest {
  readonly key: string;
  readonly operationId: string;
  readonly params: Canonical;
  readonly query: Canonical;
  readonly body: Canonical;
}

/** The client's name for its request. Error: `INPUT_INVALID` for one that is too short to be its own, or too long. */
export function idempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined || KEY.test(header)) return header;
  throw new CheongsanError('INPUT_INVALID', `${IDEMPOTENCY_HEADER} has 8 to 200 characters without blanks, such as a UUID.`);
}

/** A value as JSON has it: dates and amounts as text, keys in order. */
export function toCanonical(value: unknown): Canonical {
  const plain: Canonical = JSON.parse(JSON.stringify(value ?? null));
  return JSON.parse(canonicalJson(plain));
}

/**
 * Runs a command once for a key and actor. The answer is stored in the command's own unit of work, so that it exists exactly
 * when the effect does; the same request again is answered from it. Error: `IDEMPOTENCY_CONFLICT` for another request under the key.
 */
export async function once(work: Work, keys: MasterKey, request: KeyedRequest, run: () => Promise<Canonical>): Promise<Canonical> {
  const actor = actorText(work.actor);
  const { key, ...content } = request;
  // Under our key: a body may name a person, and a plain digest of it could be guessed.
  const requestDigest = keys.digest(canonicalJson(content));
  // Two requests with one key at the same instant: the second waits here until the first has answered.
  await work.tx.$queryRaw`SELECT 1 FROM (SELECT pg_advisory_xact_lock(hashtextextended(${`${actor} ${key}`}, 0))) waited`;
  const known = await work.tx.requestRecord.findUnique({ where: { requestKey_actor: { requestKey: key, actor } } });
  if (known !== null) {
    if (known.requestDigest === requestDigest)
      return canonicalSchema.parse(JSON.parse(keys.openText(known.answerCipher, context(actor, key))));
    throw new CheongsanError('IDEMPOTENCY_CONFLICT', `Key ${key} was used for another request; choose a new key for a new request.`);
  }
  const answer = await run();
  await work.tx.requestRecord.create({
    data: {
      requestKey: key,
      actor,
      requestDigest,
      answerCipher: keys.seal(canonicalJson(answer), context(actor, key)),
      createdAt: work.at,
    },
  });
  return answer;
}

function context(actor: string, key: string): string {
  return `request_record:${actor}:${key}`;
}
