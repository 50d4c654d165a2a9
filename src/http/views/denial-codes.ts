import { z } from 'zod';
import { SALE_CODE_TEXTS } from '../../liquidation/code-text.ts';
import { NOTE_TEXT } from '../../liquidation/codes.ts';
import { DENIAL_TEXT } from '../../liquidation/gate.ts';
import { assetCode } from '../schemas.ts';

/** A code of a decision with the words an officer reads. */
export const saleCodeAnswer = z
  .object({
    code: z.string().meta({ example: 'window_open' }),
    asset: z.string().nullable().meta({ description: '한 종목에만 해당하면 그 종목', example: null }),
    text: z.string().meta({ example: DENIAL_TEXT.window_open }),
  })
  .meta({ id: 'SaleCode', description: '매각 판단의 사유' });

/** A guard that spoke, with its figures: those that kept from selling, and those that only noticed something. */
export const saleGuardAnswer = z
  .object({
    code: z.string().meta({ example: 'market_caution' }),
    asset: assetCode,
    text: z.string().meta({ example: NOTE_TEXT.market_caution }),
    figures: z.record(z.string(), z.string()).meta({ description: '그렇게 본 수치', example: { levels: '2' } }),
  })
  .meta({ id: 'SaleGuard', description: '판단 때 작동한 보호 장치. 매각을 멈춘 것과 알리기만 한 것' });

const storedGuards = z.object({
  guards: z.array(z.object({ code: z.string(), asset: z.string(), figures: z.record(z.string(), z.string()) })),
});

/** The guards in the stored result of a decision. Rules before the guards had figures stored none. */
export function toSaleGuards(result: unknown): z.input<typeof saleGuardAnswer>[] {
  const { data } = storedGuards.safeParse(result);
  return (data?.guards ?? []).map(({ code, asset, figures }) => ({ code, asset, text: SALE_CODE_TEXTS[code] ?? code, figures }));
}
