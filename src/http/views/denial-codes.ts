import { z } from 'zod';
import { NOTE_TEXT, PAUSE_TEXT, STOP_TEXT } from '../../liquidation/codes.ts';
import { DENIAL_TEXT } from '../../liquidation/gate.ts';

const TEXTS: Readonly<Record<string, string>> = { ...DENIAL_TEXT, ...PAUSE_TEXT, ...NOTE_TEXT, ...STOP_TEXT };

/** A code of a decision with the words an officer reads. */
export const saleCodeAnswer = z
  .object({
    code: z.string().meta({ example: 'window_open' }),
    asset: z.string().nullable().meta({ description: '한 종목에만 해당하면 그 종목', example: null }),
    text: z.string().meta({ example: DENIAL_TEXT.window_open }),
  })
  .meta({ id: 'SaleCode', description: '매각 판단의 사유' });

/** Codes stand alone or behind the asset they are about: `BTC:book_empty`. */
export function toSaleCode(stored: string): z.input<typeof saleCodeAnswer> {
  const [asset, code] = stored.includes(':') ? stored.split(':', 2) : [undefined, stored];
  return { code: code ?? stored, asset: asset ?? null, text: TEXTS[code ?? stored] ?? stored };
}
