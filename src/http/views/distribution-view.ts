import { z } from 'zod';
import type { Distribution, DistributionLine, DistributionObjection } from '../../database/generated/client.ts';
import { DistributionState, MoneyTier, ObjectionState } from '../../database/generated/enums.ts';
import { dayFromColumn } from '../../kernel/civil-date.ts';
import { dayText, decimalText, instantText, rowId, wonText } from '../schemas.ts';
import { dayOrNull } from './case-summary.ts';

/** A distribution without its lines. */
export const distributionAnswer = z
  .object({
    id: rowId,
    number: z.string().meta({ example: 'D-2026-000012' }),
    caseId: rowId,
    state: z.enum(DistributionState),
    firstReceiptOn: dayText,
    draftFiledOn: dayText,
    distributionOn: dayText.meta({ description: '배분기일' }),
    extensionReason: z.string().nullable().meta({ example: null }),
    grossKrw: decimalText.meta({ example: '1250000.5' }),
    costsKrw: decimalText.meta({ example: '1625.5' }),
    residueKrw: decimalText.meta({ example: '0' }),
    interestKrw: wonText.meta({ example: '0' }),
    netKrw: wonText,
    surplusKrw: wonText.meta({ example: '0' }),
    policyVersion: z.string().meta({ example: '12' }),
    createdAt: instantText,
    finalAt: instantText.nullable(),
    supersededReason: z.string().nullable().meta({ example: null }),
  })
  .meta({ id: 'Distribution', description: '배분' });

export function toDistribution(distribution: Distribution): z.input<typeof distributionAnswer> {
  const { id, number, caseId, state, extensionReason, policyVersion, supersededReason } = distribution;
  return {
    id,
    number,
    caseId,
    state,
    firstReceiptOn: dayFromColumn(distribution.firstReceiptOn),
    draftFiledOn: dayFromColumn(distribution.draftFiledOn),
    distributionOn: dayFromColumn(distribution.distributionOn),
    extensionReason,
    grossKrw: distribution.grossKrw.toFixed(),
    costsKrw: distribution.costsKrw.toFixed(),
    residueKrw: distribution.residueKrw.toFixed(),
    interestKrw: distribution.interestKrw.toString(),
    netKrw: distribution.netKrw.toString(),
    surplusKrw: distribution.surplusKrw.toString(),
    policyVersion,
    createdAt: distribution.createdAt.toISOString(),
    finalAt: distribution.finalAt?.toISOString() ?? null,
    supersededReason,
  };
}

export const objectionAnswer = z
  .object({
    id: rowId,
    distributionId: rowId,
    filedOn: dayText,
    filedById: rowId.meta({ description: '이의를 낸 사람' }),
    state: z.enum(ObjectionState),
    decidedAt: instantText.nullable(),
    decisionReason: z.string().nullable().meta({ example: null }),
    appealProvenOn: dayText.nullable().meta({ example: null }),
    appealReference: z.string().nullable().meta({ example: null }),
  })
  .meta({ id: 'Objection', description: '배분에 대한 이의 (내용 없이)' });

export function toObjection(objection: DistributionObjection): z.input<typeof objectionAnswer> {
  const { id, distributionId, filedById, state, decisionReason, appealReference } = objection;
  return {
    id,
    distributionId,
    filedOn: dayFromColumn(objection.filedOn),
    filedById,
    state,
    decidedAt: objection.decidedAt?.toISOString() ?? null,
    decisionReason,
    appealProvenOn: dayOrNull(objection.appealProvenOn),
    appealReference,
  };
}

export const distributionLineAnswer = z.object({
  rank: z.int().meta({ example: 1 }),
  tier: z.enum(MoneyTier),
  billId: rowId.nullable(),
  billLineId: rowId.nullable(),
  claimKrw: decimalText.meta({ example: '1200000' }),
  amountKrw: decimalText.meta({ example: '1200000' }),
  reason: z.string().meta({ example: '지방세징수법 제4조제1항' }),
});

export function toDistributionLine(line: DistributionLine): z.input<typeof distributionLineAnswer> {
  const { rank, tier, billId, billLineId, reason } = line;
  return { rank, tier, billId, billLineId, claimKrw: line.claimKrw.toFixed(), amountKrw: line.amountKrw.toFixed(), reason };
}
