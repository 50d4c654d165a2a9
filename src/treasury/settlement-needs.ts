import type { Distribution, Holding } from '../database/generated/client.ts';
import type { CasePhase } from '../database/generated/enums.ts';
import type { Transaction } from '../database/work.ts';
import { formatWon } from '../document/korean-format.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { balances } from '../ledger/balance.ts';
import { CHART } from '../ledger/chart.ts';
import { decidedGround } from '../seizure/release-grounds.ts';
import { billsThatOwe, type Sight } from '../seizure/settle.ts';
import { caseOfSubject } from './accounts.ts';
import { readCaseLedger } from './case-ledger.ts';
import { untoldRecipients } from './distribution-recipients.ts';

export type SettlementStep =
  | 'withdraw_won'
  | 'await_bank'
  | 'distribute'
  | 'send_notice'
  | 'await_distribution'
  | 'refund'
  | 'return_coins'
  | 'await_coins'
  | 'seize_rest'
  | 'release';

/** What still has to happen before a case can be closed, read from the ledger. */
export interface SettlementNeed {
  readonly step: SettlementStep;
  /** Korean, for the officer whose move it is. */
  readonly text: string;
  /** The row it is about: `holding:3`, `distribution:5`, or the case itself. */
  readonly subject: string;
}

type Reader = Pick<Transaction, '$queryRaw' | 'seizureCase' | 'wonWithdrawal' | 'distribution' | 'notice'>;

interface SettledCase {
  readonly bills: readonly { readonly billId: number }[];
  readonly holdings: readonly Pick<Holding, 'id' | 'asset' | 'seizedQuantity' | 'demandedQuantity'>[];
}

/**
 * The next steps of a case after its sale, in the order in which they fall due; for one with nothing left only its release. Error:
 * `NOT_FOUND`.
 */
export async function settlementNeeds(sight: Sight, caseId: number): Promise<SettlementNeed[]> {
  const reader = sight.tx;
  const seizureCase = await reader.seizureCase.findUnique({
    where: { id: caseId },
    select: {
      id: true,
      venueCode: true,
      phase: true,
      closeReason: true,
      bills: { select: { billId: true } },
      holdings: { select: { id: true, asset: true, seizedQuantity: true, demandedQuantity: true }, orderBy: { id: 'asc' } },
    },
  });
  if (seizureCase === null) throw new CheongsanError('NOT_FOUND', `There is no seizure case ${caseId}.`);
  const needs = [...(await moneyNeeds(reader, seizureCase)), ...(await coinNeeds(reader, seizureCase.holdings))];
  if (needs.length > 0 || seizureCase.phase !== 'settled') return needs;
  const rest = decidedGround(seizureCase) === undefined ? await undemandedNeeds(sight, seizureCase) : [];
  if (rest.length > 0) return rest;
  return [{ step: 'release', text: '압류해제조서를 작성하고 거래소와 체납자에게 압류 해제를 통지합니다.', subject: `case:${caseId}` }];
}

async function moneyNeeds(reader: Reader, { id: caseId, venueCode }: { id: number; venueCode: string }): Promise<SettlementNeed[]> {
  const subject = `case:${caseId}`;
  const ledger = await readCaseLedger(reader, caseId, venueCode);
  const needs: SettlementNeed[] = [];
  const atVenue = ledger.venueWonBalance(CHART.venueWonHeld);
  const open = await reader.wonWithdrawal.findFirst({
    where: { state: { in: ['requested', 'approved', 'confirmed'] }, shares: { some: { caseId } } },
    select: { number: true },
    orderBy: { id: 'asc' },
  });
  if (open !== null) {
    needs.push({ step: 'await_bank', text: `${open.number} 출금을 결재·확인하고 금고 입금 내역과 대조합니다.`, subject });
  } else if (!atVenue.isZero()) {
    needs.push({ step: 'withdraw_won', text: `거래소에 있는 ${atVenue.toString()}원을 출금합니다.`, subject });
  }
  const undistributed = ledger.wonBalance(CHART.undistributed).negated();
  const draft = await reader.distribution.findFirst({ where: { caseId, state: 'drafted' } });
  if (draft !== null) needs.push(await draftNeed(reader, draft));
  else if (undistributed.isPositive()) {
    needs.push({ step: 'distribute', text: `${formatWon(undistributed)}의 배분계산서를 작성합니다.`, subject });
  }
  const surplus = ledger.wonBalance(CHART.surplusOwed).negated();
  if (surplus.isPositive()) needs.push({ step: 'refund', text: `남은 ${formatWon(surplus)}을 체납자에게 환급합니다.`, subject });
  return needs;
}

async function draftNeed(reader: Reader, draft: Distribution): Promise<SettlementNeed> {
  const subject = `distribution:${draft.id}`;
  const untold = await untoldRecipients(reader, draft);
  if (untold.length > 0) return { step: 'send_notice', text: `${draft.number} 배분기일 통지서를 보냅니다.`, subject };
  return { step: 'await_distribution', text: `${draft.number} 배분기일에 이의를 확인하고 배분을 확정합니다.`, subject };
}

const COIN_STEPS = [
  { chart: CHART.coinsHeld, step: 'return_coins', text: '체납자의 계정으로 돌려줍니다.' },
  { chart: CHART.coinsOnOrder, step: 'await_coins', text: '주문의 결과를 확인합니다.' },
  { chart: CHART.coinsInTransit, step: 'await_coins', text: '반환 이체가 끝났는지 확인합니다.' },
] as const;

/** By holding, then in the order of the steps. */
async function coinNeeds(reader: Reader, holdings: readonly { readonly id: number }[]): Promise<SettlementNeed[]> {
  const subjects = holdings.map(({ id }) => `holding:${id}`);
  const charts = COIN_STEPS.map(({ chart }) => chart);
  const rows = await reader.$queryRaw<{ subject: string; chart: string; asset: string; balance: string }[]>`
    SELECT a.subject, a.chart_code AS chart, a.asset, trim_scale(b.balance)::text AS balance
      FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
     WHERE a.subject = ANY (${subjects}::text[]) AND a.chart_code = ANY (${charts}::text[]) AND b.balance <> 0 ORDER BY a.asset, a.id`;
  return subjects.flatMap((subject) =>
    COIN_STEPS.flatMap(({ chart, step, text }) =>
      rows
        .filter((row) => row.subject === subject && row.chart === chart)
        .map(({ balance, asset }) => ({ step, text: `${balance} ${asset}: ${text}`, subject })),
    ),
  );
}

/** While something is owed, coins that stay seized at the exchange are not let go by themselves; an officer decides on them. */
async function undemandedNeeds(sight: Sight, { bills, holdings }: SettledCase): Promise<SettlementNeed[]> {
  const undemanded = holdings.filter(({ seizedQuantity, demandedQuantity }) => seizedQuantity.greaterThan(demandedQuantity));
  if (
    undemanded.length === 0 ||
    (
      await billsThatOwe(
        sight,
        bills.map(({ billId }) => billId),
      )
    ).size === 0
  )
    return [];
  return undemanded.map(({ id, asset, seizedQuantity, demandedQuantity }) => ({
    step: 'seize_rest',
    text: `${seizedQuantity.minus(demandedQuantity).toFixed()} ${asset}: 이전을 요구하지 않아 거래소에 압류된 채 남아 있습니다. 체납액이 남았으므로 다시 조회·압류한 뒤 이 사건을 해제합니다.`,
    subject: `holding:${id}`,
  }));
}

/** Phases after the sale, in which what is left to do is read from the ledger. */
export const MONEY_PHASES = ['sale_done', 'distributing', 'settled'] as const satisfies readonly CasePhase[];

export interface SettlementWork {
  readonly caseId: number;
  readonly number: string;
  /** None while the service itself has the next move. */
  readonly needs: readonly SettlementNeed[];
}

/**
 * What is left to do in every case of a venue whose sale is over, case ids ascending; a closed one is among them while its taxpayer
 * is owed won, as after a refund that his bank sent back.
 */
export async function settlementWorklist(sight: Sight, venueCode: string): Promise<SettlementWork[]> {
  const owing = await balances(sight.tx, { chart: CHART.surplusOwed });
  const cases = await sight.tx.seizureCase.findMany({
    where: {
      venueCode,
      OR: [
        { phase: { in: [...MONEY_PHASES] } },
        { phase: 'closed', id: { in: owing.flatMap(({ subject }) => caseOfSubject(subject) ?? []) } },
      ],
    },
    select: { id: true, number: true },
    orderBy: { id: 'asc' },
  });
  const worklist: SettlementWork[] = [];
  for (const { id: caseId, number } of cases) worklist.push({ caseId, number, needs: await settlementNeeds(sight, caseId) });
  return worklist;
}
