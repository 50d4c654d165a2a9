import { appendAudit } from '../audit/append.ts';
import type { Approval, Holding, Mandate, SeizureCase } from '../database/generated/client.ts';
import { lockRows } from '../database/locks.ts';
import { userIdOf, type Work } from '../database/work.ts';
import { requestApproval, requireApproved } from '../identity/approval.ts';
import { addDays, type CivilDate, dayFromColumn, dayToColumn, seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { type CoinAmount, Price, type Rate, Won } from '../kernel/money.ts';
import { coinBalance } from '../ledger/balance.ts';
import { CHART } from '../ledger/chart.ts';
import { approvalExpiresAt } from '../policy/approval-expiry.ts';
import { readPolicy } from '../policy/book.ts';
import { mandateDays, mandateFloorRate, secondApprovalFrom } from '../policy/definitions/sale.ts';

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
 * still stops when the need is covered. Leave that is in force stands until this one is approved and takes its place: for a lower
 * price, for coins that came later, or for more time. Errors: `PHASE_WRONG`, `CONFLICT` when leave is asked for already or nothing
 * is held.
 */
export async function requestMandate(work: Work, request: MandateRequest): Promise<Mandate> {
  const seizureCase = await lockForMandate(work, request.caseId);
  await endLapsedRequest(work, seizureCase);
  const policy = await readPolicy(work.tx);
  const today = seoulDay(work.at);
  const endsOn = request.endsOn ?? addDays(today, policy.get(mandateDays, today));
  const assets = await mandateLines(work, seizureCase.holdings, policy.get(mandateFloorRate, today));
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
    expiresAt: approvalExpiresAt(policy, work.at),
  });
  return work.tx.mandate.update({ where: { id: mandate.id }, data: { approvalId: approval.id } });
}

async function lockForMandate(work: Work, caseId: number): Promise<SeizureCase & { readonly holdings: readonly Holding[] }> {
  await lockRows(work, 'seizure_case', [caseId]);
  const seizureCase = await work.tx.seizureCase.findUniqueOrThrow({
    where: { id: caseId },
    include: { holdings: { orderBy: { id: 'asc' } } },
  });
  if (!MANDATE_PHASES.some((phase) => phase === seizureCase.phase)) {
    throw new CheongsanError(
      'PHASE_WRONG',
      `Case ${seizureCase.number} is ${seizureCase.phase}; it is given leave to sell from the sale notice until the sale is over.`,
    );
  }
  return seizureCase;
}

/** One request at a time. One whose approval ran out or was taken back asks for nothing any more. Error: `CONFLICT`. */
async function endLapsedRequest(work: Work, { id: caseId, number }: SeizureCase): Promise<void> {
  const requested = await work.tx.mandate.findFirst({ where: { caseId, state: 'requested' } });
  if (requested === null) return;
  const approval = requested.approvalId === null ? null : await work.tx.approval.findUniqueOrThrow({ where: { id: requested.approvalId } });
  const mayBeDecided = approval?.state === 'pending' && approval.expiresAt > work.at;
  if (mayBeDecided) throw new CheongsanError('CONFLICT', `Leave to sell is asked for in case ${number} already (mandate ${requested.id}).`);
  await work.tx.mandate.update({ where: { id: requested.id }, data: { state: 'rejected' } });
}

async function mandateLines(work: Work, holdings: readonly Holding[], floorRate: Rate): Promise<MandateLine[]> {
  const lines: MandateLine[] = [];
  for (const { id, asset } of holdings) {
    const subject = `holding:${id}`;
    const held = await coinBalance(work.tx, { chart: CHART.coinsHeld, subject }, asset);
    const maximumQuantity = held.plus(await coinBalance(work.tx, { chart: CHART.coinsOnOrder, subject }, asset));
    if (maximumQuantity.isZero()) continue;
    const valuation = await work.tx.valuation.findFirst({ where: { holdingId: id }, orderBy: { id: 'desc' } });
    if (valuation === null)
      throw new CheongsanError('CONFLICT', `Holding ${id} (${asset}) has no valuation to set a price floor by; take one first.`);
    lines.push({ asset, maximumQuantity, priceFloor: Price.of(asset, valuation.price.toFixed()).times(floorRate) });
  }
  return lines;
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

/**
 * Puts decided mandates into force in the place of the ones before, or ends those that were turned down; one refusal keeps all of
 * them back. Called in the decision's own unit of work. Errors: `PHASE_WRONG` when the sale is over meanwhile, those of
 * `requireApproved`.
 */
export async function applyMandateDecisions(work: Work, approvals: readonly Approval[]): Promise<void> {
  const mandates = await work.tx.mandate.findMany({ where: { id: { in: approvals.map(({ subjectId }) => subjectId) } } });
  await lockRows(
    work,
    'seizure_case',
    mandates.map(({ caseId }) => caseId),
  );
  for (const approval of approvals) await applyOne(work, approval);
}

async function applyOne(work: Work, approval: Approval): Promise<void> {
  const mandate = await work.tx.mandate.findUniqueOrThrow({ where: { id: approval.subjectId } });
  const isApproved = approval.state === 'approved';
  if (isApproved) {
    await lockForMandate(work, mandate.caseId);
    await requireApproved(work.tx, approval.id, await mandateContent(work, mandate.id));
    await work.tx.mandate.updateMany({ where: { caseId: mandate.caseId, state: 'approved' }, data: { state: 'ended' } });
    await work.tx.liquidation.updateMany({ where: { caseId: mandate.caseId, state: { not: 'done' } }, data: { mandateId: mandate.id } });
  }
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
