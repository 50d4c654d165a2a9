import { tendAccount } from '../../custody/tend.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { CoinAmount, Price, VenueWon } from '../../kernel/money.ts';
import { concludeOrder, type FoundOutcome } from '../../liquidation/conclude.ts';
import type { PaperExchange } from '../../paper-exchange/server.ts';
import { requestFreezeRelease } from '../../venue/freeze.ts';
import { requestLooserTrading } from '../../venue/trading-state.ts';
import type { IdleReport } from './messages.ts';
import type { Officials } from './officials.ts';
import { referenceOf } from './order-reference.ts';
import type { Stall } from './stall.ts';

const DAY_MS = 86_400_000;
const READS_MAX = 5;

type PlacedOrder = Awaited<ReturnType<PaperExchange['operator']['orders']>>[number];

/** The officials at one venue: they do what the service leaves to a person, by what the exchange's own site shows them. */
export class VenueOfficials {
  readonly #stall: Stall;
  readonly #officials: Officials;
  /** How often each had to be done. */
  readonly acts = { ordersConcluded: 0, freezesLifted: 0, tradingLoosened: 0 };

  constructor(stall: Stall, officials: Officials) {
    this.#stall = stall;
    this.#officials = officials;
  }

  /** True when something was done that the service may go on from. */
  async help(report: IdleReport, { maySell, mayLift }: { readonly maySell: boolean; readonly mayLift: boolean }): Promise<boolean> {
    if (report.ordersWithPerson > 0) await this.#conclude();
    const lifts = report.freezes > 0 && mayLift && (await this.#liftFreezes());
    const loosens = maySell && report.tradingState !== 'ACTIVE';
    if (loosens) await this.#loosen();
    return report.ordersWithPerson > 0 || lifts || loosens;
  }

  /** Looks up at the exchange's own site what became of the orders that no look-up could settle. */
  async #conclude(): Promise<void> {
    const { database, exchange, owner, venue, accountId } = this.#stall;
    const placed = await exchange.operator.orders({ accountId: owner });
    const left = await database.read.intent.findMany({ where: { port: 'order', state: 'with_person' }, orderBy: { id: 'asc' } });
    const orders = await database.read.saleOrder.findMany({
      where: { venueAccountId: accountId, closedAt: null, intentId: { in: left.map(({ id }) => id) } },
      orderBy: { id: 'asc' },
    });
    for (const { id: orderId, asset, intentId } of orders) {
      const reference = referenceOf(venue, left.find(({ id }) => id === intentId)?.identifier ?? '');
      const outcome = outcomeOf(
        this.#stall,
        asset,
        placed.find(({ identifier }) => identifier === reference),
      );
      await this.#officials.byOfficer(database, (work) => concludeOrder(work, { orderId, outcome, reason: '거래소 화면에서 확인' }));
      this.acts.ordersConcluded += 1;
    }
  }

  /** Compares once more, and has lifted what agrees again. False while the exchange cannot be read. */
  async #liftFreezes(): Promise<boolean> {
    const { database, accountId, clock } = this.#stall;
    if (!(await this.#isRead())) return false;
    const open = await database.read.assetFreeze.findMany({ where: { venueAccountId: accountId, liftedAt: null }, orderBy: { id: 'asc' } });
    for (const { id: freezeId } of open) {
      const expiresAt = new Date(clock.now().getTime() + DAY_MS);
      const approval = await this.#officials.byOfficer(database, (work) =>
        requestFreezeRelease(work, { freezeId, explanation: '거래소의 잔액 표시 오류를 확인함', expiresAt }),
      );
      await this.#officials.approve(database, approval);
      this.acts.freezesLifted += 1;
    }
    return true;
  }

  /** What was to strike an order that never looked again may strike this instead: once or a few times, or as long as a maintenance lasts. */
  async #isRead(): Promise<boolean> {
    const { database, port, accountId } = this.#stall;
    for (let tries = 0; tries < READS_MAX; tries++) {
      try {
        await tendAccount(database, port, accountId);
        return true;
      } catch (thrown) {
        if (!(thrown instanceof CheongsanError) || thrown.code !== 'EXCHANGE_UNAVAILABLE') throw thrown;
      }
    }
    return false;
  }

  async #loosen(): Promise<void> {
    const { database, accountId, clock } = this.#stall;
    const expiresAt = new Date(clock.now().getTime() + DAY_MS);
    const approval = await this.#officials.byOfficer(database, (work) =>
      requestLooserTrading(work, { scope: { kind: 'account', accountId }, to: 'ACTIVE', reason: '주문의 결과를 확인함', expiresAt }),
    );
    await this.#officials.approve(database, approval);
    this.acts.tradingLoosened += 1;
  }
}

function outcomeOf({ venue }: Stall, asset: string, found: PlacedOrder | undefined): FoundOutcome {
  if (found === undefined || found.fills.length === 0) return { kind: 'never_executed' };
  return {
    kind: 'executed',
    venueOrderId: found.orderId,
    paidFee: VenueWon.of(venue, found.paidFee),
    fills: found.fills.map(({ fillId, quantity, price, funds, filledAt }) => ({
      tradeId: fillId,
      quantity: CoinAmount.of(asset, quantity),
      price: Price.of(asset, price),
      proceeds: VenueWon.of(venue, funds),
      filledAt: new Date(filledAt),
    })),
  };
}
