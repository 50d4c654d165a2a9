import type { Holding, MandateAsset } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import { Decimal } from '../kernel/decimal.ts';
import { CoinAmount, Price } from '../kernel/money.ts';
import { CHART } from '../ledger/chart.ts';
import { topAssetsLimit } from '../policy/definitions/execution.ts';
import type { GateFacts, SellableHolding, WishFacts } from './decision-inputs.ts';
import type { Desk } from './desk.ts';
import { type SoldAtVenue, soldAtVenue, soldUnderMandates } from './sold.ts';
import type { LockedSale, RoundFacts } from './step-inputs.ts';

/** A locked sale with what its gate looks at. */
type GatedSale = LockedSale & { readonly gate: GateFacts };

/** What of a round a coin's facts are read with. */
export type HoldingRound = Pick<RoundFacts, 'day' | 'policy' | 'frozen' | 'firstOrderLacks' | 'markets' | 'openInMarket'>;

/** What was asked once for all holdings of a round. */
interface Known {
  readonly held: ReadonlyMap<string, string>;
  readonly allowed: ReadonlyMap<string, MandateAsset>;
  readonly soldUnder: ReadonlyMap<number, string>;
  readonly soldAtVenue: ReadonlyMap<string, SoldAtVenue>;
}

/** What is known of every coin of these sales before it is planned, by holding. */
export async function readHoldings(
  work: Work,
  desk: Desk,
  round: HoldingRound,
  sales: readonly GatedSale[],
): Promise<ReadonlyMap<number, SellableHolding>> {
  const holdings = sales.flatMap((each) => each.holdings.map((holding) => ({ holding, mandateId: each.sale.mandateId, gate: each.gate })));
  const mandated = holdings.map(({ holding, mandateId }) => ({ caseId: holding.caseId, holdingId: holding.id, mandateId }));
  const assets = [...new Set(holdings.map(({ holding }) => holding.asset))];
  const known: Known = {
    held: await unitsHeld(
      work,
      desk,
      holdings.map(({ holding }) => holding),
    ),
    allowed: await mandatedAssets(work, mandated),
    soldUnder: await soldUnderMandates(work, mandated),
    soldAtVenue: await soldAtVenue(work, { accountId: desk.accountId, assets }, round.day),
  };
  return new Map(
    holdings.map(({ holding, mandateId, gate }) => [holding.id, holdingFacts(round, known, { holding, mandateId, wishes: gate.wishes })]),
  );
}

/** Free units at the account, by the holding's ledger subject and asset. */
async function unitsHeld(work: Work, { accountId }: Desk, holdings: readonly Holding[]): Promise<ReadonlyMap<string, string>> {
  const rows = await work.tx.$queryRaw<{ subject: string; asset: string; held: string }[]>`
    SELECT a.subject, a.asset, trim_scale(b.balance)::text AS held
      FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
     WHERE a.subject = ANY (${holdings.map(({ id }) => `holding:${id}`)}) AND a.chart_code = ${CHART.coinsHeld}
       AND a.place = ${`account:${accountId}`}`;
  return new Map(rows.map(({ subject, asset, held }) => [`${subject}/${asset}`, held]));
}

async function mandatedAssets(work: Work, of: readonly { readonly mandateId: number }[]): Promise<ReadonlyMap<string, MandateAsset>> {
  const rows = await work.tx.mandateAsset.findMany({ where: { mandateId: { in: of.map(({ mandateId }) => mandateId) } } });
  return new Map(rows.map((row) => [`${row.mandateId}/${row.asset}`, row]));
}

function holdingFacts(
  round: HoldingRound,
  known: Known,
  {
    holding: { id, asset },
    mandateId,
    wishes,
  }: { readonly holding: Holding; readonly mandateId: number; readonly wishes: readonly WishFacts[] },
): SellableHolding {
  const coins = (text: string | undefined) => CoinAmount.of(asset, text ?? '0');
  const allowed = known.allowed.get(`${mandateId}/${asset}`);
  const left = coins(allowed?.maximumQuantity.toFixed()).minus(coins(known.soldUnder.get(id)));
  const top = round.policy.get(topAssetsLimit, round.day);
  const market = round.markets.get(asset) ?? 'unreadable';
  return {
    holdingId: id,
    asset,
    held: coins(known.held.get(`holding:${id}/${asset}`)).toString(),
    mandateLeft: left.larger(CoinAmount.zero(asset)).toString(),
    priceFloor: floorOf(asset, allowed?.priceFloor.toFixed() ?? '0', wishes),
    frozen: round.frozen.has(asset),
    readingLack: round.firstOrderLacks.get(asset) ?? null,
    isAllowed: !top.isOn || top.assets.includes(asset),
    rank: 0,
    slice: null,
    caps: {
      planned: '0',
      soldToday: '0',
      soldTodayAtVenue: coins(known.soldAtVenue.get(asset)?.sold).toString(),
      openAtVenue: coins(known.soldAtVenue.get(asset)?.open).toString(),
      dailyVolume: null,
    },
    deviationPerSecond: null,
    openInMarket: typeof market === 'string' ? 0 : (round.openInMarket.get(market.symbol) ?? 0),
    market,
  };
}

/** Never below the mandate's floor; within the window not below the price that the taxpayer wishes either. */
function floorOf(asset: string, mandated: string, wishes: readonly WishFacts[]): string {
  const wished = wishes.filter((wish) => wish.asset === asset);
  const lowest = wished.some(({ price }) => price === null)
    ? mandated
    : wished.reduce(
        (least, { price }) => (price !== null && new Decimal(price).isLessThan(least) ? price : least),
        wished[0]?.price ?? mandated,
      );
  return Price.of(asset, mandated).larger(Price.of(asset, lowest)).toString();
}
