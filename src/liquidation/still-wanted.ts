import type { Holding, Liquidation, OrderShare } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { Decimal } from '../kernel/decimal.ts';
import { CoinAmount, Price } from '../kernel/money.ts';
import { readPolicy } from '../policy/book.ts';
import { taxRules } from '../tax/rules.ts';
import { isFrozen } from '../venue/freeze.ts';
import { lockedTradingState } from '../venue/trading-state.ts';
import type { LockedOrder } from './book-order.ts';
import type { GateFacts } from './decision-inputs.ts';
import type { Desk } from './desk.ts';
import { gateDenials } from './gate.ts';
import { readGateFacts } from './gate-facts.ts';
import { type HoldingRound, readHoldings } from './holding-facts.ts';
import { readNeed } from './need.ts';
import { wishedUnits } from './order-terms.ts';

/** One case's share with all that may forbid it by now. */
interface StandingShare {
  readonly row: OrderShare;
  readonly sale: Liquidation;
  readonly holding: Holding;
  readonly personId: number;
  readonly gate: GateFacts;
}

/**
 * True while every case with a share in a locked open order may still be sold for at its price, and still needs it. One that may not
 * takes the whole order back: what the others still need is decided anew.
 */
export async function isStillWanted(work: Work, desk: Desk, order: LockedOrder): Promise<boolean> {
  if (await isFrozen(work.tx, desk.accountId, order.asset)) return false;
  const policy = await readPolicy(work.tx);
  const day = seoulDay(work.at);
  const trading = await lockedTradingState(work, desk.accountId);
  // What rests is finished while trading is being reduced; nothing is sent anew then.
  const effective = trading === 'REDUCING' && order.restUntil !== null && order.venueOrderId !== null ? 'ACTIVE' : trading;
  const round: HoldingRound = { day, policy, frozen: new Set(), firstOrderLacks: new Map(), markets: new Map(), openInMarket: new Map() };
  for (const row of order.shares) {
    const { caseId, maximumProceeds, exceedsNeed } = row;
    const { personId } = await work.tx.seizureCase.findUniqueOrThrow({ where: { id: caseId }, select: { personId: true } });
    const need = await readNeed(work, personId, caseId, policy, day);
    const gate = await readGateFacts(work, caseId, need.bills, effective, taxRules(policy), day);
    // The share's own possible proceeds are already taken off the remainder.
    const remaining = new Decimal(need.facts.remainingKrw);
    const isWithinNeed = exceedsNeed ? remaining.plus(maximumProceeds.toFixed()).isGreaterThan(0) : !remaining.isNegative();
    if (gateDenials(gate).length > 0 || !isWithinNeed) return false;
    const sale = await work.tx.liquidation.findUniqueOrThrow({ where: { caseId } });
    const holding = await work.tx.holding.findUniqueOrThrow({ where: { id: row.holdingId } });
    if (!(await isWithinLeave(work, desk, round, order, { row, sale, holding, personId, gate }))) return false;
  }
  return true;
}

/** Mandate and wishes as they stand now: they may have changed since the order was decided. */
async function isWithinLeave(work: Work, desk: Desk, round: HoldingRound, order: LockedOrder, share: StandingShare): Promise<boolean> {
  const { row, sale, holding, personId, gate } = share;
  const facts = (await readHoldings(work, desk, round, [{ sale, personId, holdings: [holding], gate }])).get(row.holdingId);
  if (facts === undefined || !facts.isAllowed) return false;
  const limitPrice = Price.of(order.asset, order.limitPrice.toFixed());
  const quantity = CoinAmount.of(order.asset, row.quantity.toFixed());
  const wished = wishedUnits(order.asset, limitPrice, { gate });
  return (
    !limitPrice.isLessThan(Price.of(order.asset, facts.priceFloor)) &&
    !quantity.isMoreThan(CoinAmount.of(order.asset, facts.mandateLeft)) &&
    (wished === undefined || !quantity.isMoreThan(wished))
  );
}
