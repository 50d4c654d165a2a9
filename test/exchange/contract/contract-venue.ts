import { randomUUID } from 'node:crypto';
import { clientOrderIdOf } from '../../../src/exchange/gopax/client-order-id.ts';
import type { ExchangePort, LookUp, SellOrder, VenueCode, VenueOrder } from '../../../src/exchange/port.ts';
import { DrivenClock } from '../../../src/kernel/clock.ts';
import { Decimal } from '../../../src/kernel/decimal.ts';
import { CoinAmount, Price } from '../../../src/kernel/money.ts';
import { type PaperExchange, type PaperExchangeOptions, startPaperExchange } from '../../../src/paper-exchange/server.ts';
import { ADAPTER_MAKERS } from '../../../src/venue/exchange-directory.ts';

export const CITY = 'sample-city';
export const START = new Date('2026-03-16T01:00:00.000Z');
/** Of the form that the strictest venue gives out: GOPAX hands out secrets in base64. */
const ACCESS_KEY = 'access-key-of-the-sample-city-01';
const SECRET_KEY = Buffer.from('secret-key-of-the-sample-city-0123456789').toString('base64');

/** An adapter with the paper exchange that plays its venue. */
export interface ContractVenue {
  readonly code: VenueCode;
  readonly exchange: PaperExchange;
  readonly port: ExchangePort;
  readonly clock: DrivenClock;
  symbolOf(asset: string): Promise<string>;
  /** A sell of so many won's worth, some ticks above (negative: below) the best bid. */
  sellOf(asset: string, wonWorth: number, ticks: number, timeInForce: SellOrder['timeInForce']): Promise<SellOrder>;
  /** Looks until the order is found, as the desk does, letting a little time pass. */
  found(order: SellOrder): Promise<VenueOrder>;
  /** What the exchange itself has of our orders. */
  placed(identifier?: string): Promise<Awaited<ReturnType<PaperExchange['operator']['orders']>>>;
}

export async function openContractVenue(
  code: VenueCode,
  options: Partial<Omit<PaperExchangeOptions, 'venue' | 'clock'>> = {},
): Promise<ContractVenue> {
  const clock = new DrivenClock(START);
  const exchange = await startPaperExchange({ venue: code, clock, seed: 'contract', ...options });
  await exchange.operator.openCorporateAccount({ accountId: CITY, accessKey: ACCESS_KEY, secretKey: SECRET_KEY });
  for (const [asset, quantity] of [
    ['BTC', '2'],
    ['ETH', '20'],
    ['XRP', '100000'],
  ] as const)
    await exchange.operator.depositFromChain({ accountId: CITY, asset, quantity, confirmationSeconds: 0 });
  const make = ADAPTER_MAKERS[code];
  const port = make({ baseUrl: exchange.url, accessKey: ACCESS_KEY, secretKey: SECRET_KEY, timeoutMs: 2_000, clock });
  const symbolOf = async (asset: string) => {
    const market = (await port.markets()).find((each) => each.asset === asset);
    if (market === undefined) throw new Error(`${code} lists no ${asset}.`);
    return market.symbol;
  };
  const placed: ContractVenue['placed'] = async (identifier) => {
    const all = await exchange.operator.orders({ accountId: CITY });
    return identifier === undefined ? all : all.filter((order) => order.identifier === handleOf(code, identifier));
  };
  return {
    code,
    exchange,
    port,
    clock,
    symbolOf,
    placed,
    sellOf: async (asset, wonWorth, ticks, timeInForce) => {
      const symbol = await symbolOf(asset);
      const [terms, book] = [await port.sellingTerms(symbol), await port.orderBook(symbol)];
      const bid = book.bids[0]?.price ?? Price.of(asset, '1');
      const tick = tickAt(terms.ticks, bid);
      const limitPrice = Price.of(asset, bid.value.plus(tick.times(ticks)).toFixed());
      const quantity = CoinAmount.of(asset, new Decimal(wonWorth).div(bid.value).toFixed(18)).roundTo(terms.quantityDecimalPlaces, 'up');
      return { identifier: randomUUID(), symbol, quantity, limitPrice, timeInForce };
    },
    found: async ({ identifier, symbol }) => {
      let answer: LookUp = { kind: 'not_found' };
      for (let look = 0; look < 20; look++) {
        answer = await port.lookUp(identifier, symbol);
        if (answer.kind === 'found') return answer.order;
        clock.advanceBy(1_000);
      }
      throw new Error(`The order was not found: ${JSON.stringify(answer)}.`);
    },
  };
}

function tickAt(ticks: Awaited<ReturnType<ExchangePort['sellingTerms']>>['ticks'], price: Price): Decimal {
  const row = ticks.find(({ from }) => !price.isLessThan(from));
  if (row === undefined) throw new Error('The venue tells no tick.');
  return row.tick.value;
}

/** The identifier as it stands at the venue: as we chose it, but for the venue that takes no more than twenty characters. */
function handleOf(code: VenueCode, identifier: string): string {
  return code === 'gopax' ? clientOrderIdOf(identifier) : identifier;
}
