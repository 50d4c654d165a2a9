import { appendAudit } from '../audit/append.ts';
import type { Approval, Mandate } from '../database/generated/client.ts';
import { lockRows } from '../database/locks.ts';
import { userIdOf, type Work } from '../database/work.ts';
import { requestApproval, requireApproved } from '../identity/approval.ts';
import { addDays, type CivilDate, dayFromColumn, dayToColumn, seoulDay, startOfDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { type CoinAmount, Price, type Rate, Won } from '../kernel/money.ts';
import { coinBalance } from '../ledger/balance.ts';
import { CHART } from '../ledger/chart.ts';
import { readPolicy } from '../policy/book.ts';
import { approvalExpiryDays, mandateDays, mandateFloorRate, secondApprovalFrom } from '../policy/definitions/sale.ts';

/** Phases in which leave to sell may be asked for: the notice is out, the sale has not begun. */
const MANDATE_PHASES = ['sale_noticed', 'voluntary_window', 'cleared_for_sale', 'selling'] as const;

export interface MandateRequest {
  readonly caseId: number;
  readonly reason: string;
  /** Absent: the policy's days from today. */
  readonly endsOn?: CivilDate;
}

interface MandateLine {
  readonly asset: string;
  readonly maximumQuantity: CoinAmount;
  readonly priceFloor: Price;
}

/**
 * Asks for leave to sell all that is held in a case, at no less than the policy's share of its last valuation. The sale itself
 * still stops when the need is covered. Errors: `PHASE_WRONG`, `CONFLICT` when a mandate stands already or nothing is held.
 */
export async function requestMandate(work: Work, request: MandateRequest): Promise<Mandate> {
  const seizureCase = await work.tx.seizureCase.findUnique({
    where: { id: request.caseId },
    include: { holdings: { orderBy: { id: 'asc' } } },
  });
  if (seizureCase === null) throw new CheongsanError('NOT_FOUND', `There is no case ${request.caseId}.`);
  await lockRows(work, 'seizure_case', [request.caseId]);
  if (!MANDATE_PHASES.some((phase) => phase === seizureCase.phase)) {
    throw new CheongsanError(
      'PHASE_WRONG',
      `Case ${seizureCase.number} is ${seizureCase.phase}; a mandate is asked for from the sale notice on.`,
    );
  }
  const live = await work.tx.mandate.findFirst({ where: { caseId: request.caseId, state: { in: ['requested', 'approved'] } } });
  if (live !== null) throw new CheongsanError('CONFLICT', `Case ${seizureCase.number} has mandate ${live.id} already (${live.state}).`);
  const policy = await readPolicy(work.tx);
  const today = seoulDay(work.at);
  const endsOn = request.endsOn ?? addDays(today, policy.get(mandateDays, today));
  const lines = await Promise.all(seizureCase.holdings.map((holding) => mandateLine(work, holding, policy.get(mandateFloorRate, today))));
  const assets = lines.filter(({ maximumQuantity }) => maximumQuantity.isPositive());
  if (assets.length === 0) throw new CheongsanError('CONFLICT', `Case ${seizureCase.number} holds nothing that could be sold.`);
  const mandate = await work.tx.mandate.create({
    data: {
      caseId: request.caseId,
      endsOn: dayToColumn(endsOn),
      policyVersion: policy.version,
      createdById: userIdOf(work.actor),
      createdAt: work.at,
      assets: {
        create: assets.map(({ asset, maximumQuantity, priceFloor }) => ({
          asset,
          maximumQuantity: maximumQuantity.toString(),
          priceFloor: priceFloor.toString(),
        })),
      },
    },
  });
  const approval = await requestApproval(work, {
    kind: 'sale_mandate',
    subjectType: 'mandate',
    subjectId: mandate.id,
    summary: `${seizureCase.number} 매각 위임: ${assets.map(({ asset, maximumQuantity }) => `${asset} ${maximumQuantity}`).join(', ')}`,
    content: await mandateContent(work, mandate.id),
    moneyAtStakeKrw: Won.sum(assets.map(({ maximumQuantity, priceFloor }) => maximumQuantity.worthAt(priceFloor))),
    secondFromKrw: policy.get(secondApprovalFrom, today),
    reason: request.reason,
    expiresAt: startOfDay(addDays(today, policy.get(approvalExpiryDays, today) + 1)),
  });
  return work.tx.mandate.update({ where: { id: mandate.id }, data: { approvalId: approval.id } });
}

async function mandateLine(work: Work, { id, asset }: { id: number; asset: string }, floorRate: Rate): Promise<MandateLine> {
  const held = await coinBalance(work.tx, { chart: CHART.coinsHeld, subject: `holding:${id}` }, asset);
  const valuation = await work.tx.valuation.findFirst({ where: { holdingId: id }, orderBy: { id: 'desc' } });
  if (valuation === null)
    throw new CheongsanError('CONFLICT', `Holding ${id} (${asset}) has no valuation to set a price floor by; take one first.`);
  return { asset, maximumQuantity: held, priceFloor: Price.of(asset, valuation.price.toFixed()).times(floorRate) };
}

/** What exactly is approved; compared again when it is applied. */
async function mandateContent(work: Work, mandateId: number) {
  const { caseId, endsOn, policyVersion, assets } = await work.tx.mandate.findUniqueOrThrow({
    where: { id: mandateId },
    include: { assets: { orderBy: { asset: 'asc' } } },
  });
  return {
    caseId,
    endsOn: dayFromColumn(endsOn),
    policyVersion,
    assets: assets.map(({ asset, maximumQuantity, priceFloor }) => ({
      asset,
      maximumQuantity: maximumQuantity.toFixed(),
      priceFloor: priceFloor.toFixed(),
    })),
  };
}

/** Puts a decided mandate into force, or ends it when it was turned down. Called in the decision's own unit of work. */
export async function applyMandateDecision(work: Work, approval: Approval): Promise<void> {
  const mandate = await work.tx.mandate.findUniqueOrThrow({ where: { id: approval.subjectId } });
  await lockRows(work, 'seizure_case', [mandate.caseId]);
  const isApproved = approval.state === 'approved';
  if (isApproved) await requireApproved(work.tx, approval.id, await mandateContent(work, mandate.id));
  await work.tx.mandate.update({ where: { id: mandate.id }, data: { state: isApproved ? 'approved' : 'rejected' } });
  await appendAudit(work, {
    stream: `case:${mandate.caseId}`,
    action: isApproved ? 'mandate.approved' : 'mandate.rejected',
    subject: `mandate:${mandate.id}`,
    before: { state: mandate.state },
    after: { state: isApproved ? 'approved' : 'rejected' },
    recordDigest: approval.contentDigest,
    payload: { approval: approval.id },
  });
  work.ring('cases', mandate.caseId);
}
