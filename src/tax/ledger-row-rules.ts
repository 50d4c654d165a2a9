import type { z } from 'zod';
import type { RowProblem } from '../document/row-check.ts';
import type { CivilDate } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { checkRegistrationNumber } from '../person/registration-number.ts';
import { type LedgerCells, type LedgerColumn, ledgerCells } from './ledger-file.ts';
import { deferralsOf } from './ledger-row.ts';

type Problem = RowProblem<LedgerColumn>;
/** The cells of a row that can be read. */
const someLedgerCells = ledgerCells.partial();
type SomeCells = z.infer<typeof someLedgerCells>;

const problem = (column: LedgerColumn, reason: string): Problem => ({ column, code: 'INPUT_INVALID', reason });

/** What some columns say against each other, and against the day of the import. */
interface Rule {
  readonly problems: (cells: LedgerCells, today: CivilDate) => readonly Problem[];
  /** The same of a row of which not every cell can be read: nothing, unless it can see all it looks at. */
  readonly problemsOfSome: (cells: SomeCells, today: CivilDate) => readonly Problem[];
}

function rule<Column extends LedgerColumn>(
  columns: readonly Column[],
  problems: (cells: Pick<LedgerCells, Column>, today: CivilDate) => readonly Problem[],
): Rule {
  const isReadable = (cells: SomeCells): cells is SomeCells & Pick<LedgerCells, Column> =>
    columns.every((column) => Object.hasOwn(cells, column));
  return { problems, problemsOfSome: (cells, today) => (isReadable(cells) ? problems(cells, today) : []) };
}

/** A rule with one reason against one of its columns. */
function bar<Column extends LedgerColumn>(
  [column, ...others]: readonly [Column, ...Column[]],
  reason: string,
  isBroken: (cells: Pick<LedgerCells, Column>, today: CivilDate) => boolean,
): Rule {
  return rule([column, ...others], (cells, today) => (isBroken(cells, today) ? [problem(column, reason)] : []));
}

const LATER_THAN_TODAY = '오늘보다 뒤의 날짜입니다.';

const TAXPAYER: readonly Rule[] = [
  rule(['주민(법인)등록번호', '납세자 구분'], (cells) =>
    isRegistrationNumber(cells)
      ? []
      : [problem('주민(법인)등록번호', `등록번호가 숫자 ${cells['납세자 구분'] === 'natural' ? '13자리' : '10자리나 13자리'}가 아닙니다.`)],
  ),
  bar(
    ['생년월일', '납세자 구분'],
    '법인에는 생년월일이 없습니다.',
    (cells) => cells['납세자 구분'] === 'corporate' && cells.생년월일 !== undefined,
  ),
  bar(['생년월일'], LATER_THAN_TODAY, ({ 생년월일 }, today) => isAfter(생년월일, today)),
];

const NOTICE: readonly Rule[] = [
  bar(['과세연도'], '올해보다 뒤의 연도입니다.', ({ 과세연도 }, today) => 과세연도 > Number(today.slice(0, 4))),
  bar(['납세의무성립일'], LATER_THAN_TODAY, ({ 납세의무성립일 }, today) => 납세의무성립일 > today),
  bar(['납부기한', '납세의무성립일'], '납세의무성립일보다 앞선 날짜입니다.', (cells) => cells.납부기한 < cells.납세의무성립일),
  bar(['납부기한'], '납부기한이 지나지 않은 고지는 체납이 아닙니다.', ({ 납부기한 }, today) => 납부기한 >= today),
  bar(['고지서 송달일'], LATER_THAN_TODAY, (cells, today) => isAfter(cells['고지서 송달일'], today)),
  bar(['고지서 송달일', '납세의무성립일'], '납세의무성립일보다 앞선 날짜입니다.', (cells) =>
    isBefore(cells['고지서 송달일'], cells.납세의무성립일),
  ),
  bar(['소멸시효 완성 예정일', '납부기한'], '납부기한 뒤의 날짜가 아닙니다.', (cells) => {
    const extinctFrom = cells['소멸시효 완성 예정일'];
    return extinctFrom !== undefined && extinctFrom <= cells.납부기한;
  }),
  bar(
    ['주된 납세의무자 고지번호', '고지번호'],
    '자기 자신의 고지번호입니다.',
    (cells) => cells['주된 납세의무자 고지번호'] === cells.고지번호,
  ),
];

const DUNNING: readonly Rule[] = [
  bar(
    ['독촉장 발행일', '독촉장 송달일'],
    '독촉장 송달일이 있으면 발행일도 적어야 합니다.',
    (cells) => cells['독촉장 발행일'] === undefined && cells['독촉장 송달일'] !== undefined,
  ),
  bar(
    ['독촉장 발행일', '독촉 납부기한'],
    '독촉 납부기한이 있으면 발행일도 적어야 합니다.',
    (cells) => cells['독촉장 발행일'] === undefined && cells['독촉 납부기한'] !== undefined,
  ),
  bar(
    ['독촉 납부기한', '독촉장 발행일'],
    '독촉장을 발행했으면 그 납부기한도 적어야 합니다.',
    (cells) => cells['독촉장 발행일'] !== undefined && cells['독촉 납부기한'] === undefined,
  ),
  bar(['독촉장 발행일', '납부기한'], '납부기한이 지나기 전의 날짜입니다.', (cells) => {
    const issuedOn = cells['독촉장 발행일'];
    return issuedOn !== undefined && issuedOn <= cells.납부기한;
  }),
  bar(['독촉장 발행일'], LATER_THAN_TODAY, (cells, today) => isAfter(cells['독촉장 발행일'], today)),
  bar(['독촉 납부기한', '독촉장 발행일'], '독촉장 발행일보다 앞선 날짜입니다.', (cells) =>
    isBefore(cells['독촉 납부기한'], cells['독촉장 발행일']),
  ),
  bar(['독촉장 송달일', '독촉장 발행일'], '독촉장 발행일보다 앞선 날짜입니다.', (cells) =>
    isBefore(cells['독촉장 송달일'], cells['독촉장 발행일']),
  ),
  bar(['독촉장 송달일'], LATER_THAN_TODAY, (cells, today) => isAfter(cells['독촉장 송달일'], today)),
];

const DEFERRALS: readonly Rule[] = [rule(['유예 종류', '유예 시작일', '유예 종료일'], deferralProblems)];

const AMOUNTS: readonly Rule[] = [
  bar(['본세', '가산세', '기납부 본세', '기납부 가산세'], '부과된 금액이 없는 세목입니다.', (cells) =>
    [cells.본세, cells.가산세, ...cells['기납부 본세'], ...cells['기납부 가산세']].every((amount) => amount.isZero()),
  ),
  bar(['기납부일'], LATER_THAN_TODAY, ({ 기납부일 }, today) => 기납부일.some((on) => on > today)),
  bar(['기납부일', '납세의무성립일'], '납세의무성립일보다 앞선 날짜입니다.', ({ 기납부일, 납세의무성립일 }) =>
    기납부일.some((on) => on < 납세의무성립일),
  ),
  rule(['기납부일', '기납부 본세', '기납부 가산세', '기납부 납부지연가산세'], priorPaymentProblems),
];

const RULES: readonly Rule[] = [...TAXPAYER, ...NOTICE, ...DUNNING, ...DEFERRALS, ...AMOUNTS];

/** What a row's cells say against each other, and against the day of the import. Empty for a row that can be true. */
export function ledgerRowProblems(cells: LedgerCells, today: CivilDate): Problem[] {
  return RULES.flatMap(({ problems }) => problems(cells, today));
}

/** The same of a row with cells that cannot be read, from those that can. */
export function partialRowProblems(readable: Partial<Readonly<Record<LedgerColumn, string>>>, today: CivilDate): Problem[] {
  const cells = someLedgerCells.parse(readable);
  return RULES.flatMap(({ problemsOfSome }) => problemsOfSome(cells, today));
}

function isAfter(day: CivilDate | undefined, other: CivilDate): boolean {
  return day !== undefined && day > other;
}

function isBefore(day: CivilDate | undefined, other: CivilDate | undefined): boolean {
  return day !== undefined && other !== undefined && day < other;
}

function isRegistrationNumber(cells: Pick<LedgerCells, '납세자 구분' | '주민(법인)등록번호'>): boolean {
  try {
    checkRegistrationNumber(cells['납세자 구분'], cells['주민(법인)등록번호']);
    return true;
  } catch (thrown) {
    if (thrown instanceof CheongsanError && thrown.code === 'INPUT_INVALID') return false;
    throw thrown;
  }
}

function deferralProblems(cells: Pick<LedgerCells, '유예 종류' | '유예 시작일' | '유예 종료일'>): Problem[] {
  const count = cells['유예 종류'].length;
  const columns = ['유예 시작일', '유예 종료일'] as const;
  const uneven = columns.filter((column) => cells[column].length !== count);
  if (uneven.length > 0)
    return uneven.map((column) => problem(column, `유예 종류는 ${count}건인데 날짜는 ${cells[column].length}건입니다.`));
  const deferrals = deferralsOf(cells);
  const texts = deferrals.map(({ kind, from, to }) => `${kind} ${from} ${to}`);
  return [
    ...(deferrals.some(({ from, to }) => to < from) ? [problem('유예 종료일', '유예 시작일보다 앞선 날짜입니다.')] : []),
    ...(new Set(texts).size < texts.length ? [problem('유예 종류', '같은 유예가 두 번 적혀 있습니다.')] : []),
  ];
}

const PAID = ['기납부 본세', '기납부 가산세', '기납부 납부지연가산세'] as const;

function priorPaymentProblems(cells: Pick<LedgerCells, '기납부일' | (typeof PAID)[number]>): Problem[] {
  const count = cells.기납부일.length;
  const uneven = PAID.filter((column) => cells[column].length > 0 && cells[column].length !== count);
  if (uneven.length > 0) {
    return uneven.map((column) => problem(column, `기납부일은 ${count}건인데 금액은 ${cells[column].length}건입니다.`));
  }
  const isEmpty = cells.기납부일.some((_, index) => PAID.every((column) => cells[column][index]?.isPositive() !== true));
  return isEmpty ? [problem('기납부일', '납부한 금액이 없는 기납부일입니다.')] : [];
}
