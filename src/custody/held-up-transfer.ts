import type { CoinTransfer, SeizureCase } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import { raiseAlert } from '../intent/alert.ts';
import { STAY_KINDS } from '../seizure/stay-kinds.ts';
import { stayAgainstReturn } from './return.ts';

/**
 * Whoever holds an instruction does not ask again before he sends. So he is told, once for each stay and each freeze, that a transfer he was
 * told to send may not be sent any more, what it waits for, and that it can be given up. The account must be locked.
 */
export async function warnOfHeldUpTransfers(work: Work, accountId: number): Promise<void> {
  const instructed = await work.tx.coinTransfer.findMany({
    where: { venueAccountId: accountId, state: 'instructed' },
    orderBy: { id: 'asc' },
  });
  for (const transfer of instructed) {
    await tellStayed(work, transfer);
    if (transfer.confirmedAt === null) await tellFrozen(work, transfer);
  }
}

/** Of one case, as soon as it is rung: nobody is to send for a minute longer than he must. The case must be locked. */
export async function warnOfStayedTransfers(work: Work, { id: caseId }: Pick<SeizureCase, 'id'>): Promise<void> {
  const instructed = await work.tx.coinTransfer.findMany({ where: { caseId, state: 'instructed' }, orderBy: { id: 'asc' } });
  for (const transfer of instructed) await tellStayed(work, transfer);
}

async function tellStayed(work: Work, { id, caseId }: CoinTransfer): Promise<void> {
  const stay = caseId === null ? undefined : await stayAgainstReturn(work, caseId);
  if (stay === undefined || (await isTold(work, 'transfer_stayed', id, stay.id))) return;
  const { title } = STAY_KINDS[stay.kind];
  await raiseAlert(work, {
    code: 'transfer_stayed',
    severity: 'critical',
    subject: `coin_transfer:${id}`,
    text: `보내도록 지시한 이전의 사건이 정지되었습니다(${title}). 아직 보내지 않았으면 보내지 말고 정지가 풀릴 때까지 기다리거나 이전을 그만두십시오. 이미 보냈으면 거래소에 출금 중지를 요청하십시오.`,
    facts: { transferId: id, caseId, causeId: stay.id, kind: stay.kind },
  });
}

async function tellFrozen(work: Work, { id, venueAccountId, asset }: CoinTransfer): Promise<void> {
  const freeze = await work.tx.assetFreeze.findFirst({ where: { venueAccountId, asset, liftedAt: null }, select: { id: true } });
  if (freeze === null || (await isTold(work, 'transfer_frozen', id, freeze.id))) return;
  await raiseAlert(work, {
    code: 'transfer_frozen',
    severity: 'warning',
    subject: `coin_transfer:${id}`,
    text: `보내도록 지시한 이전의 가상자산(${asset})이 동결되었습니다. 아직 보내지 않았으면 보내지 말고, 동결의 까닭을 밝혀 풀거나 이전을 그만두십시오. 이미 보냈으면 보냈음을 기록하십시오.`,
    facts: { transferId: id, accountId: venueAccountId, asset, causeId: freeze.id },
  });
}

async function isTold(work: Work, code: string, transferId: number, causeId: number): Promise<boolean> {
  const told = { code, subject: `coin_transfer:${transferId}`, facts: { path: ['causeId'], equals: causeId } };
  return (await work.tx.alert.count({ where: told })) > 0;
}
