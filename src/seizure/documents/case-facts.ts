import type { PersonKind } from '../../database/generated/enums.ts';
import { formatDay, formatSeoulDateTime } from '../../document/korean-format.ts';
import type { Agency, Recipient } from '../../document/letter.ts';
import type { Fact, PrintColumn, TableBlock } from '../../document/print-document.ts';
import { tableBlock } from '../../document/print-document.ts';
import type { CivilDate } from '../../kernel/civil-date.ts';
import type { CoinAmount, Won } from '../../kernel/money.ts';

/** In whose name letters go out, and which company runs the exchange they go to. */
export interface Correspondence {
  readonly agency: Agency;
  /** The holder of the coins by its legal name and seat, as the demand must state them (LTCA-D 60-2(2)2). */
  readonly holder: { readonly name: string; readonly postcode?: string; readonly address: string };
}

export interface DelinquentFacts {
  readonly kind: PersonKind;
  readonly name: string;
  readonly registrationNumber: string | undefined;
  readonly birthDate: CivilDate | undefined;
  readonly address: string | undefined;
}

export interface BillFacts {
  readonly noticeNumber: string;
  readonly taxYear: number;
  readonly taxItems: string;
  readonly dueOn: CivilDate;
  readonly tax: Won;
  readonly surcharge: Won;
  readonly latePenalty: Won;
  readonly total: Won;
}

export interface HoldingFacts {
  readonly asset: string;
  /** The exchange's reference of the customer, or network and address of a wallet. */
  readonly accountReference: string;
  readonly isOnWallet: boolean;
  readonly seized: CoinAmount;
  readonly demanded: CoinAmount;
  /** Of the whole seized quantity. */
  readonly valuation: { readonly value: Won; readonly source: string; readonly at: Date } | undefined;
}

/** How a wallet was taken, where the seizure took effect by that. */
export interface PossessionFacts {
  readonly takenAt: Date;
  /** Number of the record of the search. */
  readonly recordReference: string;
  readonly network: string;
  readonly address: string;
  /** All that is on it is seized; otherwise the quantities named and no more. */
  readonly isWhole: boolean;
}

/** Everything the letters of one case say. */
export interface CaseFacts {
  readonly caseNumber: string;
  readonly venueTitle: string;
  readonly delinquent: DelinquentFacts;
  readonly bills: readonly BillFacts[];
  readonly billsAsOf: CivilDate;
  readonly holdings: readonly HoldingFacts[];
  /** Day on which the seizure took effect; undefined before it was served on the exchange. */
  readonly seizedOn: CivilDate | undefined;
  readonly possession: PossessionFacts | undefined;
  /** An old seizure that this one supplements, since the law had no transfer demand when it was made. */
  readonly supplements: { readonly number: string; readonly seizedOn: CivilDate } | undefined;
  readonly marginReason: string | undefined;
}

/** The exchange as the one a letter is addressed to. */
export function holderRecipient({ holder }: Correspondence): Recipient {
  return {
    name: holder.name,
    honorific: '귀중',
    address: holder.address,
    ...(holder.postcode === undefined ? {} : { postcode: holder.postcode }),
  };
}

export function delinquentRecipient({ delinquent }: CaseFacts): Recipient {
  const honorific = delinquent.kind === 'natural' ? '귀하' : '귀중';
  return { name: delinquent.name, honorific, ...(delinquent.address === undefined ? {} : { address: delinquent.address }) };
}

/** Name, a number that tells namesakes apart without giving the whole of it away, and address. */
export function delinquentFactRows({ delinquent }: CaseFacts): Fact[] {
  const isNatural = delinquent.kind === 'natural';
  return [
    { label: isNatural ? '성명' : '명칭', value: delinquent.name },
    { label: isNatural ? '생년월일(등록번호)' : '등록번호', value: identification(delinquent) },
    { label: isNatural ? '주소' : '영업소', value: delinquent.address ?? '확인되지 않음' },
  ];
}

const SHOWN_RESIDENT_DIGITS = 7;

function identification({ kind, registrationNumber, birthDate }: DelinquentFacts): string {
  if (kind === 'corporate') return registrationNumber ?? '없음';
  const day = birthDate === undefined ? undefined : formatDay(birthDate);
  if (registrationNumber === undefined) return day ?? '없음';
  const shown = `${registrationNumber.slice(0, 6)}-${registrationNumber.slice(6, SHOWN_RESIDENT_DIGITS)}******`;
  return day === undefined ? shown : `${day} (${shown})`;
}

/** The covered bills with what is owed on each, and their sum. */
export function billTable({ bills, billsAsOf }: CaseFacts): TableBlock {
  return tableBlock<BillFacts>(
    [
      { header: '연도', kind: 'text', value: ({ taxYear }) => String(taxYear), weight: 1.2 },
      { header: '세목', kind: 'text', value: ({ taxItems }) => taxItems, weight: 2.2 },
      { header: '고지번호', kind: 'text', value: ({ noticeNumber }) => noticeNumber, weight: 3.4 },
      { header: '납부기한', kind: 'date', value: ({ dueOn }) => dueOn, weight: 1.9 },
      { header: '지방세', kind: 'won', value: ({ tax }) => tax, isTotalled: true, weight: 1.9 },
      { header: '가산세', kind: 'won', value: ({ surcharge }) => surcharge, isTotalled: true, weight: 1.6 },
      { header: '납부지연가산세', kind: 'won', value: ({ latePenalty }) => latePenalty, isTotalled: true, weight: 2.5 },
      { header: '계', kind: 'won', value: ({ total }) => total, isTotalled: true, weight: 1.9 },
    ],
    bills,
    `체납액 (단위: 원, ${formatDay(billsAsOf)} 기준)`,
  );
}

/** What is seized, in which account or wallet, and what it was worth by the book when it was valued. */
export function seizedTable(facts: CaseFacts, caption: string): TableBlock {
  const value: PrintColumn<HoldingFacts> = {
    header: '평가액(원)',
    kind: 'won',
    value: ({ valuation }) => valuation?.value,
    isTotalled: true,
    weight: 2.2,
  };
  return tableBlock<HoldingFacts>([...holdingColumns(facts, ({ seized }) => seized), value], facts.holdings, caption);
}

/** What is to be transferred, and from which account. */
export function demandedTable(facts: CaseFacts, caption: string): TableBlock {
  const demanded = facts.holdings.filter((holding) => holding.demanded.isPositive());
  return tableBlock<HoldingFacts>(
    holdingColumns(facts, (holding) => holding.demanded),
    demanded,
    caption,
  );
}

function holdingColumns(facts: CaseFacts, quantityOf: (holding: HoldingFacts) => CoinAmount): PrintColumn<HoldingFacts>[] {
  return [
    { header: '보관자', kind: 'text', value: ({ isOnWallet }) => (isOnWallet ? '체납자(지갑)' : facts.venueTitle), weight: 1.6 },
    { header: '계정·지갑', kind: 'text', value: ({ accountReference }) => accountReference, weight: 3 },
    { header: '종류', kind: 'text', value: ({ asset }) => asset, weight: 1.4 },
    { header: '수량', kind: 'decimal', value: (holding) => quantityOf(holding).toString(), weight: 3 },
  ];
}

/** How the values in the table came about: price source and time. */
export function valuationNote({ holdings }: CaseFacts): string {
  const valued = holdings.flatMap(({ valuation }) => valuation ?? []);
  const [first] = valued;
  if (first === undefined) return '평가액은 시세를 확인한 뒤 기록합니다.';
  const sources = [...new Set(valued.map(({ source }) => source))].join(', ');
  return `평가액은 ${formatSeoulDateTime(first.at)}의 매수 호가 잔량으로 계산한 금액입니다(${sources}).`;
}
