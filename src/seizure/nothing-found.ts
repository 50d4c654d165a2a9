import { appendAudit } from '../audit/append.ts';
import type { Work } from '../database/work.ts';
import { type CivilDate, dayFromColumn, seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';

/**
 * An exchange answered that none of the persons asked about is its customer. A file cannot say that: it would have no row. Recorded
 * again it changes nothing. Errors: `NOT_FOUND`, `CONFLICT` when the inquiry was not sent or a file has answered it, `PROOF_REQUIRED`
 * without the answer's number, `INPUT_INVALID` for a day before it was sent or to come.
 */
export async function recordNothingFound(
  work: Work,
  answer: { readonly requestId: number; readonly repliedOn: CivilDate; readonly reference: string },
): Promise<void> {
  const reference = answer.reference.trim();
  if (reference === '') throw new CheongsanError('PROOF_REQUIRED', 'Name the letter in which the exchange says that it found nobody.');
  await work.tx.$queryRaw`SELECT id FROM inquiry_request WHERE id = ${answer.requestId} FOR NO KEY UPDATE`;
  const request = await work.tx.inquiryRequest.findUnique({
    where: { id: answer.requestId },
    include: { _count: { select: { replies: true, subjects: true } } },
  });
  if (request === null) throw new CheongsanError('NOT_FOUND', `There is no inquiry ${answer.requestId}.`);
  const { id, number, state, sentOn, _count: count } = request;
  if (count.replies > 0) throw new CheongsanError('CONFLICT', `A file of ${count.replies} holdings has answered inquiry ${number}.`);
  if (state === 'replied') return;
  if (state !== 'sent' || sentOn === null) throw new CheongsanError('CONFLICT', `Inquiry ${number} was not sent; record that first.`);
  if (answer.repliedOn < dayFromColumn(sentOn) || answer.repliedOn > seoulDay(work.at)) {
    throw new CheongsanError('INPUT_INVALID', `Inquiry ${number} cannot have been answered on ${answer.repliedOn}.`);
  }
  await work.tx.inquiryRequest.update({ where: { id }, data: { state: 'replied' } });
  await appendAudit(work, {
    stream: 'system',
    action: 'inquiry.nothing_found',
    subject: `inquiry:${id}`,
    before: { state },
    after: { state: 'replied' },
    payload: { number, repliedOn: answer.repliedOn, reference, subjects: count.subjects },
  });
}
