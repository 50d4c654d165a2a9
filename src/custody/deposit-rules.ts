import type { CivilDate } from '../kernel/civil-date.ts';
import type { CoinAmount } from '../kernel/money.ts';

/** What an officer can do about a deposit or a holding that does not agree with the demand, with its Korean title. */
export const RESOLUTIONS = {
  match: { title: '사건의 것으로 확정' },
  return: { title: '보낸 곳으로 반환' },
  wait: { title: '더 기다림' },
  declare_shortage: { title: '부족분 확정' },
  gas_float: { title: '시 자체 재원 - 네트워크 수수료 선급금으로 확정' },
  make_good: { title: '시 자체 재원 - 부족한 자산을 메움' },
  own_won: { title: '시 자체 재원 - 예치금 이용료 등 시의 원화로 확정' },
  recovery: { title: '지시 없이 나간 자산의 회수로 확정' },
  venue_recovery: { title: '거래소에 복구를 요청' },
} as const satisfies Record<string, { title: string }>;
export type Resolution = keyof typeof RESOLUTIONS;

/** How a deposit compares with what was demanded, with its Korean title and the ways to resolve it. */
export const DEPOSIT_CODES = {
  matched_by_report: { title: '거래소 회신의 거래번호와 일치', resolutions: [] },
  matched_by_sweep: { title: '압류한 지갑에서 보낸 거래번호와 일치', resolutions: [] },
  sweep_awaits_demand: {
    title: '압류한 지갑에서 보냄, 사건의 이전 요구가 송달되면 저절로 그 사건의 것이 됨',
    resolutions: ['wait', 'return'],
  },
  exact_quantity: { title: '한 사건의 미이행 수량과 같음(추정)', resolutions: ['match', 'return'] },
  several_exact: { title: '여러 사건의 미이행 수량과 같음', resolutions: ['match', 'return'] },
  unknown_sender: { title: '보낸 사람을 알 수 없음', resolutions: ['match', 'return', 'wait'] },
  not_demanded: { title: '이 계정에 이전을 요구하지 않은 종목', resolutions: ['match', 'return'] },
  over: { title: '요구 수량을 넘음', resolutions: ['match', 'return'] },
  short: { title: '요구 수량에 모자람', resolutions: ['wait', 'declare_shortage'] },
  differs_from_report: { title: '거래소 회신의 수량과 다름', resolutions: [] },
  wrong_network: { title: '알려 주지 않은 네트워크로 입금', resolutions: ['match', 'return'] },
  other_account: { title: '요구한 계정이 아닌 계정으로 입금', resolutions: ['match', 'return'] },
  late: { title: '이전 기한이 지난 뒤 입금', resolutions: [] },
  unlisted_asset: { title: '거래소에 원화 시장이 없어 평가하거나 팔 수 없는 종목', resolutions: ['match', 'return', 'wait'] },
  refused_by_venue: { title: '거래소가 반영하지 않음', resolutions: ['venue_recovery', 'wait'] },
  won: { title: '원화 입금', resolutions: ['match'] },
} as const satisfies Record<string, { title: string; resolutions: readonly Resolution[] }>;
export type DepositCode = keyof typeof DEPOSIT_CODES;

/** What may be missing at the account of a deposit, of its asset. */
export interface LossFacts {
  /** The books hold more than is there. */
  readonly isMissing: boolean;
  /** Some of it left without instruction and is to be recovered. */
  readonly isToBeRecovered: boolean;
}

/** What can be done about a deposit of which something is unidentified, for what is said of it and what is missing where it came. */
export function resolutionsOf(codes: readonly DepositCode[], isWon: boolean, { isMissing, isToBeRecovered }: LossFacts): Resolution[] {
  const said = codes.flatMap((code): readonly Resolution[] => DEPOSIT_CODES[code].resolutions);
  return [
    ...new Set<Resolution>([
      ...said,
      isWon ? 'own_won' : 'gas_float',
      ...(isMissing ? (['make_good'] as const) : []),
      ...(isMissing && isToBeRecovered ? (['recovery'] as const) : []),
    ]),
  ];
}

export interface DepositFacts {
  readonly accountId: number;
  readonly quantity: CoinAmount;
  /** `internal`, `on_chain` or `unknown`, as the port says. */
  readonly route: string;
  readonly network: string | undefined;
  readonly creditedOn: CivilDate;
  /** False where the venue has no won market of it; undefined where it was not asked. */
  readonly isListed: boolean | undefined;
  /** A sweep of ours sent it for a case that has no such holding yet. */
  readonly isAwaitedSweep?: boolean;
}

/** A holding of the deposit's asset of which something is still to come. */
export interface ExpectedHolding {
  readonly holdingId: number;
  readonly caseId: number;
  /** The account to which it was demanded. */
  readonly accountId: number | undefined;
  readonly outstanding: CoinAmount;
  readonly deadlineOn: CivilDate | undefined;
}

/** What was sent under the deposit's transaction, by the exchange's report or by our own sweep of a seized wallet. */
export interface ReportedTransfer {
  readonly holdingId: number;
  readonly quantity: CoinAmount;
  /** Whose word it is. */
  readonly by: 'report' | 'sweep';
}

/** Why a deposit was credited by itself, as its match says it. */
export const CREDIT_REASONS = {
  report: '거래소 회신의 거래번호와 일치',
  sweep: '압류한 지갑에서 보낸 거래번호와 일치',
} as const satisfies Record<ReportedTransfer['by'], string>;

export interface DepositJudgement {
  /** What is credited without anybody's decision. */
  readonly credit: { readonly holdingId: number; readonly caseId: number; readonly quantity: CoinAmount } | undefined;
  readonly reasons: readonly DepositCode[];
}

/**
 * Compares a deposit with the demands. Only the exchange's word on that very transaction, or our own signature under it, credits a holding by itself; a
 * quantity that fits is a guess. `networks` are those for which the account has given out an address of this asset.
 */
export function judgeDeposit(
  deposit: DepositFacts,
  reported: ReportedTransfer | undefined,
  expected: readonly ExpectedHolding[],
  networks: readonly string[],
): DepositJudgement {
  if (deposit.isAwaitedSweep === true) return { credit: undefined, reasons: ['sweep_awaits_demand'] };
  const wrongNetwork = isWrongNetwork(deposit, networks);
  if (reported === undefined) {
    const unlisted = deposit.isListed === false ? (['unlisted_asset'] as const) : [];
    const reasons = [...(wrongNetwork ? (['wrong_network'] as const) : []), ...unlisted, guess(deposit, expected)];
    return { credit: undefined, reasons };
  }
  const holding = expected.find(({ holdingId }) => holdingId === reported.holdingId);
  if (holding === undefined) return { credit: undefined, reasons: ['not_demanded'] };
  if (holding.accountId !== deposit.accountId) return { credit: undefined, reasons: ['other_account'] };
  if (wrongNetwork) return { credit: undefined, reasons: ['wrong_network'] };
  const { quantity } = deposit;
  const reasons: DepositCode[] = [reported.by === 'report' ? 'matched_by_report' : 'matched_by_sweep'];
  if (quantity.isMoreThan(holding.outstanding)) reasons.push('over');
  if (quantity.isLessThan(holding.outstanding)) reasons.push('short');
  if (!quantity.equals(reported.quantity)) reasons.push('differs_from_report');
  if (holding.deadlineOn !== undefined && deposit.creditedOn > holding.deadlineOn) reasons.push('late');
  return { credit: { holdingId: holding.holdingId, caseId: holding.caseId, quantity: quantity.smaller(holding.outstanding) }, reasons };
}

/** A venue that does not tell the way may have credited a chain's coins; one that names no chain for what came over one is not believed. */
function isWrongNetwork({ route, network }: DepositFacts, networks: readonly string[]): boolean {
  if (route === 'internal') return false;
  return network === undefined ? route === 'on_chain' : !networks.includes(network);
}

function guess(deposit: DepositFacts, expected: readonly ExpectedHolding[]): DepositCode {
  const here = expected.filter(({ accountId }) => accountId === deposit.accountId);
  if (here.length === 0) return 'not_demanded';
  const exact = here.filter(({ outstanding }) => outstanding.equals(deposit.quantity));
  if (exact.length === 0) return 'unknown_sender';
  return exact.length === 1 ? 'exact_quantity' : 'several_exact';
}

/** Holdings a deposit could belong to, the likeliest first: the same account and quantity, then the same account, then the rest. */
export function likelyHoldings(
  deposit: Pick<DepositFacts, 'accountId' | 'quantity'>,
  expected: readonly ExpectedHolding[],
): ExpectedHolding[] {
  const rank = (holding: ExpectedHolding): number =>
    (holding.accountId === deposit.accountId ? 0 : 2) + (holding.outstanding.equals(deposit.quantity) ? 0 : 1);
  return [...expected].sort((a, b) => rank(a) - rank(b) || a.holdingId - b.holdingId);
}
