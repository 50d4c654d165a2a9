import type { TestTransfer } from '../database/generated/client.ts';
import type { Transaction, Work } from '../database/work.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { CoinAmount, type Price, type Rate, type Won } from '../kernel/money.ts';

/** Where coins come from and where they go: one who sends, one asset, one network, one receiving address. */
export interface TransferSource {
  readonly venueAccountId: number;
  readonly asset: string;
  /** `venue:upbit`. */
  readonly sender: string;
  readonly network: string;
  /** `digestOfAddress` of the receiving address. */
  readonly addressDigest: string;
}

/** Tests after which something of the holding is still to be demanded. */
export const OPEN_TESTS = ['asked', 'proven', 'lapsed'] as const;

/** The test by which a source is proven at an instant; undefined while it is not. */
export async function proofOf(
  reader: Pick<Transaction, 'testTransfer'>,
  source: TransferSource,
  at: Date,
): Promise<TestTransfer | undefined> {
  const row = await reader.testTransfer.findFirst({
    where: { ...sourceColumns(source), provenAt: { lte: at }, expiresAt: { gt: at }, lapsedAt: null },
    orderBy: { expiresAt: 'desc' },
  });
  return row ?? undefined;
}

/** Over which networks, as venues name them, tests of whichever senders prove that an address receives an asset. */
export async function provenNetworks(
  reader: Pick<Transaction, 'testTransfer'>,
  { venueAccountId, asset, addressDigest }: Pick<TransferSource, 'venueAccountId' | 'asset' | 'addressDigest'>,
  at: Date,
): Promise<string[]> {
  const proofs = await reader.testTransfer.findMany({
    where: { venueAccountId, asset, addressDigest, provenAt: { lte: at }, expiresAt: { gt: at }, lapsedAt: null },
    select: { network: true },
  });
  return proofs.map(({ network }) => network);
}

export function unproven(what: string, facts: Record<string, unknown> = {}): CheongsanError {
  return new CheongsanError(
    'TEST_TRANSFER_UNPROVEN',
    `No test transfer proves ${what}. Ask for a small amount first; when it is credited and matched, move the rest.`,
    { facts },
  );
}

/** A receiving address is no longer what it was: nothing that was sent there proves anything for the next one. */
export async function lapseProofs(
  work: Work,
  { accountId, asset, addressDigest }: { readonly accountId: number; readonly asset: string; readonly addressDigest: string },
): Promise<void> {
  const where = { venueAccountId: accountId, asset, addressDigest, lapsedAt: null };
  await work.tx.testTransfer.updateMany({
    where: { ...where, state: { in: ['asked', 'proven'] } },
    data: { state: 'lapsed', lapsedAt: work.at, endReason: 'address_changed' },
  });
  await work.tx.testTransfer.updateMany({ where: { ...where, provenAt: { not: null } }, data: { lapsedAt: work.at } });
}

export interface TestTerms {
  /** Units by asset, where the city fixed them. */
  readonly units: Readonly<Record<string, string>>;
  readonly krw: Won;
  readonly share: Rate;
}

/** Fine enough for the dearest coin, and no exchange refuses it as too fine. */
const TEST_DECIMAL_PLACES = 6;

/**
 * How much is asked for first: the units that the city fixed, else what its won are worth at a price, else a share. Undefined where
 * that is all there is, so that nothing is gained by a test.
 */
export function testQuantity(whole: CoinAmount, terms: TestTerms, price: Price | undefined): CoinAmount | undefined {
  const fixed = terms.units[whole.asset];
  const quantity =
    fixed !== undefined
      ? CoinAmount.of(whole.asset, fixed)
      : price !== undefined && !price.isZero()
        ? price.unitsFor(terms.krw, TEST_DECIMAL_PLACES, 'up')
        : CoinAmount.of(whole.asset, whole.value.times(terms.share.value).decimalPlaces(TEST_DECIMAL_PLACES, 0));
  return quantity.isPositive() && quantity.isLessThan(whole) ? quantity : undefined;
}

export interface NewTest extends TransferSource {
  readonly caseId: number;
  readonly holdingId: number;
  readonly quantity: CoinAmount;
  readonly rest: CoinAmount;
  readonly createdById: number | null;
}

/** Opens a test of a holding; one that stood open before is replaced by it. The holding must be locked. */
export async function openTest(work: Work, { quantity, rest, createdById, ...test }: NewTest): Promise<TestTransfer> {
  await work.tx.testTransfer.updateMany({
    where: { holdingId: test.holdingId, state: { in: [...OPEN_TESTS] } },
    data: { state: 'replaced', endedAt: work.at, endReason: 'replaced' },
  });
  return work.tx.testTransfer.create({
    data: {
      ...test,
      quantity: quantity.toString(),
      restQuantity: rest.toString(),
      createdById,
      createdAt: work.at,
    },
  });
}

/** What of a holding was not demanded yet: the rest, and the test itself while no letter about it was served. */
export function undemandedOf({ asset, quantity, restQuantity, demandedAt }: TestTransfer): CoinAmount {
  const rest = CoinAmount.of(asset, restQuantity.toFixed());
  return demandedAt === null ? rest.plus(CoinAmount.of(asset, quantity.toFixed())) : rest;
}

export function sourceOf({ venueAccountId, asset, sender, network, addressDigest }: TestTransfer): TransferSource {
  return { venueAccountId, asset, sender, network, addressDigest };
}

function sourceColumns({ venueAccountId, asset, sender, network, addressDigest }: TransferSource) {
  return { venueAccountId, asset, sender, network, addressDigest };
}
