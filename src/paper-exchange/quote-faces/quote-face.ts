import { UPBIT_ERRORS } from '../upbit-like/errors.ts';
import { Query } from '../upbit-like/request.ts';
import { writeWire } from '../wire-format.ts';
import { answerBithumb, type QuoteAnswer } from './bithumb-face.ts';
import { answerCoinone } from './coinone-face.ts';
import type { QuoteVenue, QuoteVenueName, QuoteVenues } from './quote-venue.ts';

type Answer = (venue: QuoteVenue, path: string, query: Query, nowMs: number) => QuoteAnswer;
const ANSWERS: Readonly<Record<QuoteVenueName, Answer>> = { bithumb: answerBithumb, coinone: answerCoinone };
const FACE = /^\/(bithumb|coinone)(\/.*)$/;
const DOWN: QuoteAnswer = { status: 503, body: { error: { name: 503, message: 'Service Unavailable' } } };

/** A question about another venue's quotations, under `/bithumb` or `/coinone`; undefined for any other path. */
export function answerQuotation(
  venues: QuoteVenues,
  request: { readonly method: string; readonly path: string; readonly rawQuery: string },
  nowMs: number,
): { readonly status: number; readonly body: string } | undefined {
  const [, word, path] = FACE.exec(request.path) ?? [];
  const name = word === 'bithumb' || word === 'coinone' ? word : undefined;
  if (name === undefined || path === undefined || request.method !== 'GET') return undefined;
  const venue = venues[name];
  const { status, body } = venue.isDown ? DOWN : ANSWERS[name](venue, path, new Query(request.rawQuery, UPBIT_ERRORS), nowMs);
  return { status, body: writeWire(body) };
}
