import type { CasePhase, Role } from '../database/generated/enums.ts';

/**
 * The life of a seizure case. An officer proposes it from a matched holding and served, expired dunnings; an approver other than
 * the maker decides. Once the exchange has been served with the seizure the coins are seized, though still with the exchange;
 * the transfer demand brings them into the city's account. A wallet found in a search is seized by taking it and its coins are demanded of
 * the taxpayer himself, so that its case passes `seized` and `transfer_demanded` as soon as it is approved, and is swept in the latter. From there the sale is noticed to everyone the law names, the
 * taxpayer has his own window, and only then the city sells, has the won paid out, distributes it and gives back what is left.
 *
 *     proposed ─▶ approved ─▶ seized ─▶ transfer_demanded ─▶ in_custody ─▶ sale_noticed ─▶ voluntary_window
 *        │           │          │               │                │              │                 │
 *        ▼           ▼          │               │                │              │                 ▼
 *     refused     refused       │               │                │              │         cleared_for_sale ─▶ selling ─▶ sale_done
 *                               ▼               ▼                ▼              ▼                 │              │          │
 *                            settled ◀──────────┴────────────────┴──────────────┴─────────────────┴──────────────┘          ▼
 *                               │  ◀─────────────────────────────────────────────────────────────────────────────── distributing
 *                               ▼
 *                             closed
 *
 * A phase is never skipped on the way to a sale. What leads to `settled` from the side is that the covered bills owe nothing any
 * more (LTCA 63(1)), or that the seizure is released on another ground; what is still held then goes back. A case with nothing in
 * custody is closed from `seized` or `transfer_demanded` at once.
 */
export interface PhaseDescription {
  /** Korean, as shown to officers. */
  readonly title: string;
  /** Whose move it is; undefined when the case is over. */
  readonly owner: Role | undefined;
  /** Korean: what has to happen next, or what ended the case. */
  readonly nextStep: string;
  readonly next: readonly CasePhase[];
}

export const PHASES: Readonly<Record<CasePhase, PhaseDescription>> = {
  proposed: {
    title: '압류 기안',
    owner: 'approver',
    nextStep: '압류 범위와 대상 체납액을 확인하고 결재합니다.',
    next: ['approved', 'refused'],
  },
  approved: {
    title: '압류 결재',
    owner: 'collection_officer',
    nextStep: '압류조서를 작성하고 거래소에 압류통지서를 송달한 뒤 송달 증빙을 등록합니다. 압류한 지갑은 저절로 다음 단계로 갑니다.',
    next: ['seized', 'refused'],
  },
  seized: {
    title: '압류',
    owner: 'collection_officer',
    nextStep:
      '거래소에 가상자산 이전요구서를 송달하고 체납자에게 압류 사실을 통지합니다. 압류한 지갑은 중지 사유가 없으면 저절로 다음 단계로 갑니다.',
    next: ['transfer_demanded', 'settled', 'closed'],
  },
  transfer_demanded: {
    title: '이전 요구',
    owner: 'collection_officer',
    nextStep:
      '거래소가 시 계정으로 이전하였는지 확인하고, 기한이 지나면 다시 요구하거나 부족분을 확정합니다. 압류한 지갑은 자산을 시의 주소로 옮기고 체납자에게 압류 사실을 통지합니다.',
    next: ['in_custody', 'settled', 'closed'],
  },
  in_custody: {
    title: '보관',
    owner: 'collection_officer',
    nextStep: '체납자와 권리자 모두에게 매각 통지서를 보냅니다.',
    next: ['sale_noticed', 'settled'],
  },
  sale_noticed: {
    title: '매각 통지',
    owner: 'collection_officer',
    nextStep: '모든 대상자의 송달 증빙을 등록합니다. 반송되면 다시 보내거나 공시송달합니다.',
    next: ['voluntary_window', 'settled'],
  },
  voluntary_window: {
    title: '자진 납부·매각 기간',
    owner: 'collection_officer',
    nextStep: '체납자의 납부와 선택을 기록하고, 기간이 끝나기 전에 매각 위임을 결재받습니다.',
    next: ['cleared_for_sale', 'settled'],
  },
  cleared_for_sale: {
    title: '매각 가능',
    owner: 'collection_officer',
    nextStep: '매각을 시작합니다. 시작되지 않으면 멈춘 사유를 확인합니다.',
    next: ['selling', 'settled'],
  },
  selling: {
    title: '매각 중',
    owner: 'collection_officer',
    nextStep: '체결 상황을 지켜보고, 멈추었으면 사유를 처리합니다.',
    next: ['sale_done', 'settled'],
  },
  sale_done: {
    title: '매각 완료',
    owner: 'treasury_officer',
    nextStep: '매각대금을 거래소에서 출금하고 금고 입금 내역과 대조합니다.',
    next: ['distributing', 'settled'],
  },
  distributing: {
    title: '배분',
    owner: 'treasury_officer',
    nextStep: '배분계산서를 비치하고 배분기일에 이의를 확인한 뒤 배분을 확정합니다.',
    next: ['settled'],
  },
  settled: {
    title: '정산',
    owner: 'treasury_officer',
    nextStep: '남은 금액을 환급하거나 남은 가상자산을 돌려주고 압류를 해제합니다.',
    next: ['closed'],
  },
  closed: { title: '종결', owner: undefined, nextStep: '종결되었습니다.', next: [] },
  refused: { title: '반려', owner: undefined, nextStep: '압류하지 않고 종결되었습니다.', next: [] },
};

/** Phases in which a case is over. */
export const ENDED_PHASES = ['closed', 'refused'] as const satisfies readonly CasePhase[];

/** Phases in which the seizure has effect against the exchange. */
export const SEIZED_PHASES = [
  'seized',
  'transfer_demanded',
  'in_custody',
  'sale_noticed',
  'voluntary_window',
  'cleared_for_sale',
  'selling',
  'sale_done',
  'distributing',
  'settled',
] as const satisfies readonly CasePhase[];

/** Phases in which the coins still lie in the debtor's own account at the exchange. */
export const WITH_VENUE_PHASES = ['proposed', 'approved', 'seized', 'transfer_demanded'] as const satisfies readonly CasePhase[];

export function mayFollow(from: CasePhase, to: CasePhase): boolean {
  return PHASES[from].next.includes(to);
}
