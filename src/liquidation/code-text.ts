import { NOTE_TEXT, PAUSE_TEXT, STANDING_TEXT, STOP_TEXT } from './codes.ts';
import { DENIAL_TEXT } from './gate.ts';
import { reasonOf } from './wait.ts';

/** Every code that a decision, its guards or a sale may bear, in words. */
export const SALE_CODE_TEXTS: Readonly<Record<string, string>> = {
  ...DENIAL_TEXT,
  ...PAUSE_TEXT,
  ...NOTE_TEXT,
  ...STOP_TEXT,
  ...STANDING_TEXT,
};

/** A code as it is stored, alone or behind the asset that it is about (`BTC:book_empty`), taken apart and in words. */
export function saleCode(stored: string): { readonly code: string; readonly asset: string | null; readonly text: string } {
  const code = reasonOf(stored);
  return { code, asset: code === stored ? null : stored.slice(0, -code.length - 1), text: SALE_CODE_TEXTS[code] ?? code };
}

/** Codes in one line, for an official. */
export function saleCodesText(stored: readonly string[]): string {
  return stored
    .map(saleCode)
    .map(({ asset, text }) => (asset === null ? text : `${asset}: ${text}`))
    .join(', ');
}
