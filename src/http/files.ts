import { z } from 'zod';
import type { TextEncoding } from '../document/csv/text-encoding.ts';

const CSV_TYPE = 'text/csv';
const XLSX_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
export const PDF_TYPE = 'application/pdf';
export const SVG_TYPE = 'image/svg+xml';

/** What a table may be sent as; which of the formats it is, its own bytes tell. */
export const TABLE_TYPES = [CSV_TYPE, XLSX_TYPE, 'application/octet-stream'] as const;
/** What a table is answered as. */
export const TABLE_FILE_TYPES = [CSV_TYPE, XLSX_TYPE] as const;
export const CSV_FILE_TYPES = [CSV_TYPE] as const;
/** Pictures of papers that are kept as evidence. */
export const EVIDENCE_TYPES = [PDF_TYPE, 'image/png', 'image/jpeg', 'image/tiff'] as const;

export const textEncoding = z.enum(['utf-8', 'cp949']).default('utf-8').meta({ description: 'CSV의 문자 인코딩', example: 'cp949' });

/** The media type of a table in one of our formats. */
export function fileTypeOf(format: 'csv' | 'xlsx', encoding: TextEncoding): string {
  return format === 'xlsx' ? XLSX_TYPE : csvType(encoding);
}

export function csvType(encoding: TextEncoding): string {
  return `${CSV_TYPE}; charset=${encoding === 'cp949' ? 'euc-kr' : 'utf-8'}`;
}
