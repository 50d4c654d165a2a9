import type { Database } from '../database/work.ts';
import type { ExchangePort } from '../exchange/port.ts';
import { warnOnce } from '../intent/alert.ts';
import { CUSTODIAN } from './custodian.ts';
import { readDeposits } from './deposits.ts';
import { readWithdrawals } from './withdrawals.ts';

/** Which of its lists a venue lets nobody read; a person looks at its site instead. */
export interface UnreadLists {
  readonly deposits: boolean;
  readonly withdrawals: boolean;
}

/** Records what came and left, as far as the venue has lists of it. Errors: those of the port. */
export async function readLists(database: Database, port: ExchangePort, accountId: number): Promise<UnreadLists> {
  const { depositsReadable, withdrawalsReadable } = port.capabilities;
  if (depositsReadable) await readDeposits(database, port, accountId);
  if (withdrawalsReadable) await readWithdrawals(database, port, accountId);
  return { deposits: !depositsReadable, withdrawals: !withdrawalsReadable };
}

/** How an asset stands where a list cannot be read, and what a person is asked to do about it. */
interface GuidedStep {
  readonly code: 'deposits_by_hand' | 'withdrawals_by_hand';
  readonly text: (assets: string) => string;
}

const MORE: GuidedStep = {
  code: 'deposits_by_hand',
  text: (assets) =>
    `이 거래소는 입금 내역을 알려 주지 않는데 장부보다 많습니다: ${assets}. 거래소 사이트의 입금 내역에서 보낸 곳과 거래번호를 확인한 뒤, 입금이면 '장부보다 더 있는 것을 미확인 입금으로 받아들임'으로, 에어드롭 등이면 '잔액 차이의 설명'으로 처리하십시오.`,
};
const LESS: GuidedStep = {
  code: 'withdrawals_by_hand',
  text: (assets) =>
    `이 거래소는 출금 내역을 알려 주지 않는데 장부보다 적습니다: ${assets}. 거래소 사이트의 출금 내역을 곧바로 확인하십시오. 지시한 이전이나 출금이면 보냈음을 기록하고, 거래소가 정정한 것이면 '잔액 차이의 설명'을 올리고, 누구도 지시하지 않았으면 거래소에 신고하십시오.`,
};

/** Tells a person, once while nobody has seen it, what to look up at the venue's site for want of a list that a machine could read. */
export async function askForLook(
  database: Database,
  accountId: number,
  unread: UnreadLists,
  differing: { readonly more: readonly string[]; readonly less: readonly string[] },
): Promise<void> {
  const steps = [
    { ...MORE, assets: unread.deposits ? differing.more : [] },
    { ...LESS, assets: unread.withdrawals ? differing.less : [] },
  ].filter(({ assets }) => assets.length > 0);
  if (steps.length === 0) return;
  await database.work(CUSTODIAN, async (work) => {
    for (const { code, text, assets } of steps) {
      await warnOnce(work, {
        code,
        subject: `venue_account:${accountId}`,
        text: text(assets.join(', ')),
        facts: { accountId, assets: [...assets] },
      });
    }
  });
}
