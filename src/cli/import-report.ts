import type { RowError } from '../document/row-check.ts';
import type { Reported } from '../http/import-answer.ts';
import { ERROR_CATALOGUE } from '../kernel/errors.ts';

function verdict({ state, repeated, badCount, importFileId }: Reported): string {
  if (state === 'refused')
    return '오류가 있어 아무것도 저장하지 않았습니다. 고쳐서 다시 가져오거나, 맞는 행만 저장하려면 --accept-good 을 덧붙이십시오.';
  if (state === 'stored')
    return repeated ? `이 파일은 전에 저장되었습니다. 이번에는 바뀐 것이 없습니다. 그때 저장한 것:` : '저장하였습니다.';
  if (repeated)
    return `검사만 하였습니다. 이 파일은 반입 번호 ${importFileId}(으)로 이미 저장되어 있어, 가져와도 저장되거나 바뀌는 것이 없습니다.`;
  return badCount === 0
    ? '검사만 하였으며 아직 저장하지 않았습니다. 가져오면 저장될 것:'
    : '검사만 하였으며 아직 저장하지 않았습니다. 오류가 있어 이대로는 저장되지 않습니다. 맞는 행만 가져오면(--accept-good) 저장될 것:';
}

/** What became of a file, with every listed bad row by line, column and reason. It shows no value that may be personal. */
export function drawImportReport(title: string, reported: Reported): string {
  const { state, repeated, rowCount, badCount, importFileId, errors, errorCount, outcome } = reported;
  const isOnlyChecked = state === 'checked' && !repeated;
  const counts = Object.entries(outcome).flatMap(([name, value]) => countText(name, value));
  const unlisted = errorCount - errors.length;
  return [
    `${title}: ${rowCount}행 가운데 ${rowCount - badCount}행이 맞고 ${badCount}행에 오류가 있습니다.`,
    ...errors.map(errorText),
    ...(unlisted > 0 ? [`  … 사유 ${unlisted}건이 더 있습니다.`] : []),
    verdict(reported),
    ...(counts.length === 0 ? [] : [`  ${counts.join(', ')}`]),
    `${isOnlyChecked ? '검사' : '반입'} 번호 ${importFileId}`,
  ].join('\n');
}

function errorText({ line, column, code, reason, value }: RowError): string {
  const where = column === '' ? `${line}행` : `${line}행 ${column}`;
  const shown = value === undefined ? '' : ` (${value})`;
  const name = code === 'INPUT_INVALID' ? '' : ` [${code}: ${ERROR_CATALOGUE[code].title}]`;
  return `  ${where}: ${reason}${shown}${name}`;
}

const COUNT_TITLES: Readonly<Record<string, string>> = {
  persons: '새 납세자',
  bills: '새 고지',
  lines: '새 세목',
  outstandingKrw: '체납액(원)',
  unchangedBills: '그대로인 고지',
  refreshedBills: '새로 알게 된 것이 있는 고지',
  differenceCount: '우리 것과 다른 기재',
  updates: '변동',
  paymentElsewhereKrw: '타기관 수납(원)',
  reductionKrw: '감액(원)',
  cancellationKrw: '취소(원)',
  increaseKrw: '증액(원)',
  balances: '대조할 잔액',
  cases: '사건',
  holdings: '가상자산',
  matched: '일치',
  probable: '확인 필요',
  conflict: '모순',
  unmatched: '불일치',
  stored: '새로 저장',
  known: '이미 있던 것',
  served: '송달',
  returned: '반송',
  unchanged: '그대로',
};

function countText(name: string, value: unknown): string[] {
  if (typeof value === 'number' || typeof value === 'string') return [`${COUNT_TITLES[name] ?? name} ${grouped(String(value))}`];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([inner, each]) => countText(inner, each));
}

function grouped(figure: string): string {
  return figure.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}
