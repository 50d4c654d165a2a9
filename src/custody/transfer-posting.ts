import type { CoinTransfer, Prisma } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import type { CivilDate } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { CoinAmount } from '../kernel/money.ts';
import { CHART, type ChartCode } from '../ledger/chart.ts';
import { type AccountReference, type Entry, type EntryBuilder, entry } from '../ledger/entry.ts';
import { type Posted, postFact } from '../ledger/post.ts';
import { freezeAsset } from '../venue/freeze.ts';
import { accountPlace } from '../venue/ledger-asset.ts';
import { depositSubject } from './deposit-entry.ts';
import { holdingSubject } from './expectation.ts';

/** Whose coins a transfer carries, and the two accounts of the ledger between which they move. */
interface Source {
  readonly subject: string;
  /** Where they lie before they are sent. */
  readonly held: ChartCode;
  /** The duty that ends when they have arrived. */
  readonly duty: ChartCode;
  /** A holding's duty stands at no place, an unidentified deposit's at the account it came to. */
  readonly dutyPlace: string;
}

function sourceOf(transfer: CoinTransfer): Source {
  const place = accountPlace(transfer.venueAccountId);
  if (transfer.holdingId !== null) {
    return { subject: holdingSubject(transfer.holdingId), held: CHART.coinsHeld, duty: CHART.dutyToOwner, dutyPlace: '' };
  }
  if (transfer.depositRowId === null) throw new CheongsanError('INTERNAL', `Transfer ${transfer.id} is of neither holding nor deposit.`);
  return { subject: depositSubject(transfer.depositRowId), held: CHART.coinsUnidentified, duty: CHART.dutyUnidentified, dutyPlace: place };
}

/** The coins have left: held → in transit. */
export async function postSent(work: Work, transfer: CoinTransfer, occurredOn: CivilDate): Promise<Posted> {
  const { subject, held } = sourceOf(transfer);
  const at: AccountReference = { subject, place: accountPlace(transfer.venueAccountId) };
  const quantity = quantityOf(transfer);
  const head = headOf(transfer, occurredOn, 'sent');
  // Sent once more after it turned out that what was taken for it was another's.
  const earlier = await work.tx.ledgerEntry.count({ where: { cause: head.cause, kind: head.kind } });
  return postTransferFact(
    work,
    transfer,
    entry({ ...head, key: earlier === 0 ? head.key : `${head.key}:${earlier + 1}` })
      .debit(CHART.coinsInTransit, at, quantity)
      .credit(held, at, quantity),
  );
}

/** The coins have arrived: the duty to give them back has ended. A fee the venue took in coins comes from the city's float. */
export async function postDone(work: Work, transfer: CoinTransfer, occurredOn: CivilDate, fee: CoinAmount): Promise<Posted> {
  const { subject, duty, dutyPlace } = sourceOf(transfer);
  const place = accountPlace(transfer.venueAccountId);
  const quantity = quantityOf(transfer);
  const cost = transfer.caseId === null ? subject : `case:${transfer.caseId}`;
  const builder = entry(headOf(transfer, occurredOn, 'done'))
    .debit(duty, { subject, place: dutyPlace }, quantity)
    .credit(CHART.coinsInTransit, { subject, place }, quantity)
    .debit(CHART.gasCost, { subject: cost, place }, fee)
    .credit(CHART.gasFloat, { subject: '', place }, fee);
  return postTransferFact(work, transfer, builder);
}

/** The venue gave the coins back: in transit → held. */
export async function postFailed(work: Work, transfer: CoinTransfer, occurredOn: CivilDate): Promise<Posted> {
  const { subject, held } = sourceOf(transfer);
  const at: AccountReference = { subject, place: accountPlace(transfer.venueAccountId) };
  const quantity = quantityOf(transfer);
  return postTransferFact(
    work,
    transfer,
    entry(headOf(transfer, occurredOn, 'failed'))
      .debit(held, at, quantity)
      .credit(CHART.coinsInTransit, at, quantity),
  );
}

/** What has happened is booked whatever our books think of it; where they disagree the asset is frozen there (invariant 4). */
async function postTransferFact(work: Work, transfer: CoinTransfer, builder: EntryBuilder): Promise<Posted> {
  const posting: Entry = builder.build();
  const { spilled, ...posted } = await postFact(work, posting, accountPlace(transfer.venueAccountId));
  if (spilled.length > 0) {
    await freezeAsset(work, {
      accountId: transfer.venueAccountId,
      asset: transfer.asset,
      reason: 'unexplained_posting',
      facts: { entry: posting.key, spilled: spilled.map(({ chart, subject, amount }) => ({ chart, subject, amount })) },
    });
  }
  return posted;
}

/** An amended transfer is sent anew, under a key of its own. */
function headOf(transfer: CoinTransfer, occurredOn: CivilDate, step: 'sent' | 'done' | 'failed'): Omit<Entry, 'lines'> {
  return {
    key: `transfer:${transfer.id}:${step}${transfer.amendedFrom === null ? '' : ':amended'}`,
    kind: `transfer_${step}`,
    occurredOn,
    cause: `coin_transfer:${transfer.id}`,
    memo: '',
  };
}

export function quantityOf(transfer: { readonly asset: string; readonly quantity: Prisma.Decimal }): CoinAmount {
  return CoinAmount.of(transfer.asset, transfer.quantity.toFixed());
}
