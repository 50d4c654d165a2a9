/** What a reference in a bank remark names; a refund is of a surplus (R) or of an unidentified receipt (U). */
export type ReferenceKind = 'withdrawal' | 'distribution' | 'refund' | 'case';

export interface BankReference {
  readonly kind: ReferenceKind;
  /** As the number stands in our books, for example `W-2026-000012`. */
  readonly number: string;
}

const KIND_OF_PREFIX: Readonly<Record<string, ReferenceKind>> = { W: 'withdrawal', D: 'distribution', R: 'refund', U: 'refund' };
const SERIAL = /(?<![0-9A-Z-])(?:([WDRU])-)?(\d{4}-\d{6})(-\d{1,3})?(?![0-9A-Z-])/g;

/**
 * Every reference of ours that a remark names, each once. Banks write capital or small, wide or narrow letters as they like; a
 * number that is part of a longer one is none.
 */
export function referencesIn(remark: string): BankReference[] {
  const text = remark.normalize('NFKC').toUpperCase();
  const found = new Map<string, BankReference>();
  for (const [number, prefix, , repetition] of text.matchAll(SERIAL)) {
    const kind = prefix === undefined ? 'case' : KIND_OF_PREFIX[prefix];
    const takesRepetition = kind === 'distribution' || kind === 'refund';
    if (kind !== undefined && (repetition === undefined || takesRepetition)) found.set(number, { kind, number });
  }
  return [...found.values()];
}

/** `W-2026-000012`; the digits are the id's, so that no two requests wait for each other. */
export function withdrawalNumber(id: number, year: number): string {
  return `W-${year}-${String(id).padStart(6, '0')}`;
}

/** `D-2026-000123`, and `D-2026-000123-2` for the second of the same case. */
export function distributionNumber(caseNumber: string, ordinal: number): string {
  return numbered('D', caseNumber, ordinal);
}

/** As `distributionNumber`, with an R. */
export function refundNumber(caseNumber: string, ordinal: number): string {
  return numbered('R', caseNumber, ordinal);
}

/** `U-2026-000012`: what goes back of a receipt that belongs to no case; the digits are the refund's id, as of a withdrawal. */
export function receiptRefundNumber(id: number, year: number): string {
  return `U-${year}-${String(id).padStart(6, '0')}`;
}

function numbered(prefix: string, caseNumber: string, ordinal: number): string {
  return ordinal === 1 ? `${prefix}-${caseNumber}` : `${prefix}-${caseNumber}-${ordinal}`;
}
