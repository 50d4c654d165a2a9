import type { Work } from '../../src/database/work.ts';

interface SampleOrder {
  readonly liquidationId: number;
  readonly caseId: number;
  readonly holdingId: number;
  readonly venueAccountId: number;
  readonly asset: string;
  readonly quantity: string;
  readonly maximumProceeds: string;
  /** Over, with all of it executed. */
  readonly isFilled: boolean;
  /** The call by which it was sent; a number of its own where none matters. */
  readonly intentId?: number;
}

/** Stores an order of one case with the decision behind it, as the desk does; what it was decided from does not matter. Answers its id. */
export async function storeSampleOrder(work: Work, { isFilled, ...sample }: SampleOrder): Promise<number> {
  const { liquidationId, caseId, holdingId, venueAccountId, asset, quantity, maximumProceeds, intentId } = sample;
  const decision = await work.tx.saleDecision.create({
    data: {
      liquidationId,
      caseId,
      stepNumber: (await work.tx.saleDecision.count({ where: { liquidationId } })) + 1,
      decidedAt: work.at,
      ruleVersion: 'sample',
      policyVersion: 'sample',
      inputs: {},
      inputsDigest: 'sample',
      outcome: 'order',
      codes: [],
      result: {},
    },
  });
  const executedQuantity = isFilled ? quantity : null;
  const { id } = await work.tx.saleOrder.create({
    data: {
      intentId: intentId ?? decision.id,
      venueAccountId,
      symbol: `KRW-${asset}`,
      asset,
      quantity,
      limitPrice: '1',
      executedQuantity,
      createdAt: work.at,
      closedAt: isFilled ? work.at : null,
      shares: { create: [{ decisionId: decision.id, caseId, holdingId, quantity, maximumProceeds, executedQuantity }] },
    },
  });
  return id;
}
