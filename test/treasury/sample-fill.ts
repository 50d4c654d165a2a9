import type { Work } from '../../src/database/work.ts';
import { seoulDay } from '../../src/kernel/civil-date.ts';
import { CoinAmount, VenueWon } from '../../src/kernel/money.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { entry } from '../../src/ledger/entry.ts';
import { post } from '../../src/ledger/post.ts';
import { storeSampleOrder } from '../support/sample-order.ts';

interface SoldHolding {
  readonly caseId: number;
  readonly holdingId: number;
  readonly venueAccountId: number;
}

interface SampleFill {
  readonly tradeId: string;
  readonly proceeds: string;
  readonly fee: string;
  readonly filledAt: Date;
}

/** Books a fill as the desk does, with the rows behind it; which coins were sold does not matter here. */
export async function bookSampleFill(work: Work, holding: SoldHolding, fill: SampleFill): Promise<void> {
  const { caseId, holdingId, venueAccountId } = holding;
  const place = `account:${venueAccountId}`;
  const owner = { subject: `holding:${holdingId}` };
  const ofCase = { subject: `case:${caseId}`, place };
  const coins = CoinAmount.of('BTC', '0.001');
  const [brought, taken] = [VenueWon.of('upbit', fill.proceeds), VenueWon.of('upbit', fill.fee)];
  const [cause, occurredOn] = [`case:${caseId}`, seoulDay(fill.filledAt)];
  await post(
    work,
    entry({ key: `coins:${fill.tradeId}`, kind: 'sample', occurredOn, cause, memo: '' })
      .debit(CHART.coinsOnOrder, { ...owner, place }, coins)
      .credit(CHART.dutyToOwner, owner, coins)
      .build(),
  );
  const posted = await post(
    work,
    entry({ key: `fill:${venueAccountId}:${fill.tradeId}`, kind: 'fill', occurredOn, cause, memo: '' })
      .debit(CHART.dutyToOwner, owner, coins)
      .credit(CHART.coinsOnOrder, { ...owner, place }, coins)
      .debit(CHART.venueWonHeld, ofCase, brought.minus(taken))
      .debit(CHART.dispositionCost, ofCase, taken)
      .credit(CHART.proceedsAtVenue, ofCase, brought)
      .build(),
  );
  await storeFill(work, holding, { ...fill, ledgerEntryId: posted.entryId });
}

async function storeFill(
  work: Work,
  { caseId, holdingId, venueAccountId }: SoldHolding,
  fill: SampleFill & { readonly ledgerEntryId: bigint },
): Promise<void> {
  const sale = await work.tx.liquidation.upsert({
    where: { caseId },
    create: { caseId, mandateId: 1, venueAccountId, state: 'done', nextStepAt: work.at, startedAt: work.at },
    update: { stepCount: { increment: 1 } },
  });
  const orderId = await storeSampleOrder(work, {
    liquidationId: sale.id,
    caseId,
    holdingId,
    venueAccountId,
    asset: 'BTC',
    quantity: '0.001',
    maximumProceeds: fill.proceeds,
    isFilled: true,
  });
  await work.tx.orderFill.create({
    data: {
      orderId,
      caseId,
      holdingId,
      venueAccountId,
      quantity: '0.001',
      price: '1',
      createdAt: work.at,
      ...fill,
    },
  });
}
