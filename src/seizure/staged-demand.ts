import { appendAudit } from '../audit/append.ts';
import type { Holding } from '../database/generated/client.ts';
import { userIdOf, type Work } from '../database/work.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { CoinAmount, Price } from '../kernel/money.ts';
import { readPolicy } from '../policy/book.ts';
import { testTransferAmount } from '../policy/definitions/receipt.ts';
import { chooseAddress, type JudgedAddress, judgedAddresses, shownAddresses } from '../venue/shown-address.ts';
import { OPEN_TESTS, openTest, proofOf, type TestTerms, type TransferSource, testQuantity } from '../venue/source-proof.ts';
import type { CaseWithParts } from './locked-case.ts';

/** By which way a holder is asked to send. Within one exchange nothing can go astray; over a chain a new source is tested first. */
export const DEMAND_ROUTES = ['internal', 'on_chain'] as const;
export type DemandRoute = (typeof DEMAND_ROUTES)[number];

export interface DemandWay {
  readonly venueAccountId: number;
  readonly route?: DemandRoute | undefined;
  /** By asset, where the account can receive it over several networks. */
  readonly networks?: Readonly<Record<string, string>> | undefined;
}

/** Where each asset is to be sent over a chain; nothing within one exchange. */
export type Destinations = ReadonlyMap<string, JudgedAddress>;

/** The addresses of a demand over a chain. Errors: those of `chooseAddress`. Writes nothing. */
export async function destinationsOf(work: Work, assets: readonly string[], way: DemandWay): Promise<Destinations> {
  if (way.route !== 'on_chain') return new Map();
  const addresses = await judgedAddresses(work.tx, { accountId: way.venueAccountId, at: work.at, assets });
  return new Map(assets.map((asset) => [asset, chooseAddress(addresses, asset, way.networks?.[asset])]));
}

/** The source of a demand to the exchange at which a case's coins are. */
export function demandSource({ venueCode }: CaseWithParts, venueAccountId: number, destination: JudgedAddress): TransferSource {
  const { asset, network, digest } = destination;
  return { venueAccountId, asset, sender: `venue:${venueCode}`, network, addressDigest: digest };
}

/**
 * Of a planned demand over a chain, what comes from a source that nothing proves is reduced to a test; the rest is demanded when it has
 * come. Tests of an earlier plan end. The case must be locked.
 */
export async function stageDemand(work: Work, seizureCase: CaseWithParts, destinations: Destinations, way: DemandWay): Promise<void> {
  await work.tx.testTransfer.updateMany({
    where: { caseId: seizureCase.id, state: { in: [...OPEN_TESTS] } },
    data: { state: 'replaced', endedAt: work.at, endReason: 'planned_anew' },
  });
  const holdings = await work.tx.holding.findMany({
    where: { caseId: seizureCase.id, demandedQuantity: { gt: 0 } },
    orderBy: { id: 'asc' },
  });
  for (const holding of holdings) {
    const destination = destinations.get(holding.asset);
    if (destination === undefined) continue;
    const whole = CoinAmount.of(holding.asset, holding.demandedQuantity.toFixed());
    const quantity = await beginTest(work, {
      seizureCase,
      holding,
      whole,
      source: demandSource(seizureCase, way.venueAccountId, destination),
    });
    if (quantity === undefined) continue;
    await work.tx.holding.update({ where: { id: holding.id }, data: { demandedQuantity: quantity.toString() } });
  }
}

export interface StagedHolding {
  readonly seizureCase: CaseWithParts;
  readonly holding: Holding;
  /** What is to come in the end, beside what was demanded before. */
  readonly whole: CoinAmount;
  readonly source: TransferSource;
}

/** Opens a test where the source is not proven and a test would be smaller than the whole. Answers its quantity. */
export async function beginTest(work: Work, { seizureCase, holding, whole, source }: StagedHolding): Promise<CoinAmount | undefined> {
  if ((await proofOf(work.tx, source, work.at)) !== undefined) return undefined;
  const quantity = testQuantity(whole, await testTerms(work), await lastPrice(work, holding));
  if (quantity === undefined) return undefined;
  const rest = whole.minus(quantity);
  const test = await openTest(work, {
    ...source,
    caseId: seizureCase.id,
    holdingId: holding.id,
    quantity,
    rest,
    createdById: userIdOf(work.actor),
  });
  await appendAudit(work, {
    stream: `case:${seizureCase.id}`,
    action: 'test_transfer.asked',
    subject: `test_transfer:${test.id}`,
    payload: { holding: holding.id, asset: holding.asset, sender: source.sender, network: source.network, quantity: quantity.toString() },
  });
  return quantity;
}

async function testTerms(work: Work): Promise<TestTerms> {
  return (await readPolicy(work.tx)).get(testTransferAmount, seoulDay(work.at));
}

async function lastPrice(work: Work, { id, asset }: Holding): Promise<Price | undefined> {
  const row = await work.tx.valuation.findFirst({ where: { holdingId: id }, orderBy: { id: 'desc' }, select: { price: true } });
  return row === null ? undefined : Price.of(asset, row.price.toFixed());
}

/**
 * The addresses a letter tells: over a chain those to which it asks to send; within one exchange those that a test has proven, for a
 * holder who cannot move within his books.
 */
export async function addressesToTell(
  work: Work,
  seizureCase: CaseWithParts,
  way: DemandWay & { readonly assets: readonly string[] },
): Promise<JudgedAddress[]> {
  if (way.route === 'on_chain') return [...(await destinationsOf(work, way.assets, way)).values()];
  const shown = await shownAddresses(work.tx, { accountId: way.venueAccountId, at: work.at, assets: way.assets });
  const proven: JudgedAddress[] = [];
  for (const address of shown) {
    const proof = await proofOf(work.tx, demandSource(seizureCase, way.venueAccountId, address), work.at);
    if (proof !== undefined) proven.push(address);
  }
  return proven;
}
