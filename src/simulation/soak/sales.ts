import { matchDeposit } from '../../custody/deposit-decision.ts';
import { readDeposits } from '../../custody/deposits.ts';
import { Decimal } from '../../kernel/decimal.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { SeededRandom } from '../../kernel/random.ts';
import { requestMandate } from '../../liquidation/mandate.ts';
import { progressCase as progressSale } from '../../liquidation/progress.ts';
import { lockCase } from '../../seizure/locked-case.ts';
import { progressCase as progressSeizure } from '../../seizure/progress.ts';
import { type CaseFacts, type StoredCase, storeLawfulCase } from './lawful-case.ts';
import type { Officials } from './officials.ts';
import type { Stall } from './stall.ts';

/** Coins with enough depth that a fiftieth of it is an order. */
const ASSETS = ['BTC', 'ETH', 'XRP', 'SOL', 'DOGE', 'ADA', 'LINK'] as const;
/** What an order may take of the shown depth inside the band (the soak's policy), and the band. */
const PARTICIPATION = '0.02';
const BAND = '0.01';
/** Cases whose coins are worth so many times their need, or so little of it: some end covered, some exhausted. */
const WORTHS = ['1.5', '1.5', '0.8'] as const;
/**
 * One taxpayer's cases that sell one after the other, over a bill each or over the same one. Only one sale of a venue is ever due: of two
 * that are due at the same instant it would hang on the machine's speed which of them still sees the other's order under way. And how a
 * trade that several cases share falls to them goes by the exchange's ids of its trades, which are drawn at random.
 */
const SHAPES = [
  { cases: 1, sharesBill: false },
  { cases: 1, sharesBill: false },
  { cases: 2, sharesBill: false },
  { cases: 2, sharesBill: true },
] as const;
const UNIT_PLACES = 8;

/** Begins the sales of one venue, one coin at a time, so that one order follows the other. */
export class Sales {
  readonly #stall: Stall;
  readonly #officials: Officials;
  readonly #random: SeededRandom;
  readonly #ordersEach: number;
  readonly #waiting: StoredCase[] = [];
  #begun = 0;
  #asset: string = ASSETS[0];

  /** `ordersEach`: about how many orders a sale is to need. */
  constructor(stall: Stall, officials: Officials, { seed, ordersEach }: { readonly seed: string; readonly ordersEach: number }) {
    this.#stall = stall;
    this.#officials = officials;
    this.#random = new SeededRandom(seed, 'sales', stall.venue);
    this.#ordersEach = ordersEach;
  }

  /** The coin that is being sold. */
  get asset(): string {
    return this.#asset;
  }

  /** The next case's sale begins; a taxpayer's cases are made together. */
  async beginNext(): Promise<void> {
    if (this.#waiting.length === 0) this.#waiting.push(...(await this.#makeCases()));
    const next = this.#waiting.shift();
    if (next === undefined) return;
    const { database } = this.#stall;
    await this.#officials.byRecord(database, async (work) => progressSeizure(work, await lockCase(work, next.caseId)));
    await this.#officials.byRecord(database, async (work) => progressSale(work, await lockCase(work, next.caseId)));
  }

  /** Cases whose coins have come and whose mandates are approved. */
  async #makeCases(): Promise<StoredCase[]> {
    this.#begun += 1;
    this.#asset = this.#random.pick(ASSETS);
    const { cases, sharesBill } = this.#random.pick(SHAPES);
    const { wonAnOrder, bid } = await this.#depth();
    const needed = wonAnOrder.times(this.#ordersEach * (0.5 + this.#random.next()));
    const stored: StoredCase[] = [];
    for (let index = 1; index <= cases; index++) {
      const worth = needed.times(this.#random.pick(WORTHS)).div(sharesBill ? cases : 1);
      const quantity = worth.div(bid).decimalPlaces(UNIT_PLACES, Decimal.ROUND_UP).toFixed();
      const number = `표본-${this.#stall.venue}-${this.#begun}-${index}`;
      const earlier = { personId: stored[0]?.personId, billId: sharesBill ? stored[0]?.billId : undefined };
      const made = await this.#store({ number, quantity, taxKrw: needed.toFixed(0), ...earlier });
      await this.#receive(quantity, made);
      await this.#mandate(made, bid);
      stored.push(made);
    }
    return stored;
  }

  /** What an order brings that takes its share of the bids inside the band. */
  async #depth(): Promise<{ readonly wonAnOrder: Decimal; readonly bid: Decimal }> {
    const { port } = this.#stall;
    const market = (await port.markets()).find(({ asset }) => asset === this.#asset);
    const { bids } = await port.orderBook(market?.symbol ?? this.#asset);
    const bid = bids[0]?.price.value;
    if (bid === undefined) throw new CheongsanError('INTERNAL', `Nobody bids for ${this.#asset} at ${port.venue}.`);
    const lowest = bid.times(new Decimal(1).minus(BAND));
    const shown = bids.filter(({ price }) => price.value.isGreaterThan(lowest));
    const won = shown.reduce((sum, { price, quantity }) => sum.plus(price.value.times(quantity.value)), new Decimal(0));
    return { wonAnOrder: won.times(PARTICIPATION), bid };
  }

  #store(facts: Pick<CaseFacts, 'number' | 'quantity' | 'taxKrw' | 'personId' | 'billId'>): Promise<StoredCase> {
    const { database, venue, accountId } = this.#stall;
    const common = { officerId: this.#officials.officer.id, venueCode: venue, accountId, asset: this.#asset };
    return this.#officials.byRecord(database, (work) => storeLawfulCase(work, { ...common, ...facts }));
  }

  /** The coins come to the city's account, and an officer says whose they are. */
  async #receive(quantity: string, { holdingId }: StoredCase): Promise<void> {
    const { database, exchange, owner, port, accountId } = this.#stall;
    await exchange.operator.depositFromChain({ accountId: owner, asset: this.#asset, quantity, confirmationSeconds: 0 });
    await readDeposits(database, port, accountId);
    const deposit = await database.read.venueDeposit.findFirstOrThrow({
      where: { venueAccountId: accountId, asset: this.#asset, state: 'unidentified' },
      orderBy: { id: 'desc' },
    });
    await this.#officials.byOfficer(database, (work) => matchDeposit(work, { depositRowId: deposit.id, holdingId, reason: '표본 입고' }));
  }

  async #mandate({ caseId, holdingId }: StoredCase, price: Decimal): Promise<void> {
    const { database } = this.#stall;
    await this.#officials.byRecord(database, async (work) => {
      const { demandedQuantity } = await work.tx.holding.findUniqueOrThrow({ where: { id: holdingId } });
      await work.tx.valuation.create({
        data: {
          caseId,
          holdingId,
          occasion: 'sale_notice',
          takenAt: work.at,
          priceSource: '표본',
          priceAt: work.at,
          quantity: demandedQuantity,
          price: price.toFixed(),
          depthKrw: 0n,
          depthCovers: true,
          valueKrw: 0n,
        },
      });
    });
    const { approvalId } = await this.#officials.byOfficer(database, (work) => requestMandate(work, { caseId, reason: '체납액 충당' }));
    await this.#officials.approve(database, { id: approvalId ?? 0 });
  }
}
