import { writeCsv } from '../document/csv/csv-writer.ts';
import type { TextEncoding } from '../document/csv/text-encoding.ts';
import type { WritableColumn } from '../document/table-content.ts';
import { PHASES } from '../seizure/phase-table.ts';
import { IDLE_STAGES, type RestingHolding } from './idle-asset.ts';

const COLUMNS: readonly WritableColumn<RestingHolding>[] = [
  { header: '사건번호', kind: 'text', value: ({ caseNumber }) => caseNumber },
  { header: '가상자산', kind: 'text', value: ({ asset }) => asset },
  { header: '수량', kind: 'decimal', value: ({ quantity }) => quantity.toString() },
  { header: '사건 단계', kind: 'text', value: ({ phase }) => PHASES[phase].title },
  { header: '머무는 단계', kind: 'text', value: ({ stage }) => IDLE_STAGES[stage] },
  { header: '압류 후 일수', kind: 'decimal', value: ({ seizedDays }) => String(seizedDays) },
  { header: '움직이지 않은 일수', kind: 'decimal', value: ({ idleDays }) => String(idleDays) },
  { header: '팔지 않은 일수', kind: 'decimal', value: ({ unsoldDays }) => (unsoldDays === undefined ? undefined : String(unsoldDays)) },
  { header: '허용 일수', kind: 'decimal', value: ({ patienceDays }) => String(patienceDays) },
  { header: '유휴', kind: 'text', value: ({ isIdle }) => (isIdle ? '유휴' : '') },
  { header: '사유', kind: 'text', value: ({ reasons }) => reasons.map(({ text }) => text).join(' / ') },
];

/** One row a holding, the longest resting first, as CSV. Errors: those of `writeCsv`. */
export async function restingHoldingsCsv(rows: readonly RestingHolding[], encoding: TextEncoding): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  for await (const piece of writeCsv({ columns: COLUMNS, rows }, { encoding })) pieces.push(piece);
  return Buffer.concat(pieces);
}
