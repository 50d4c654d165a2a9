import { z } from 'zod';
import { VENUE_TROUBLES } from '../../custody/trouble-kinds.ts';
import type { TroubleReason } from '../../custody/venue-trouble.ts';
import { VenueTroubleKind } from '../../database/generated/enums.ts';
import { assetCode, dayText, instantText } from '../schemas.ts';

export const troubleKind = z.enum(VenueTroubleKind).meta({
  description: Object.entries(VENUE_TROUBLES)
    .map(([code, { title }]) => `${code} ${title}`)
    .join(', '),
  example: 'deposits_halted',
});

export const reasonAnswer = z
  .object({
    code: troubleKind,
    asset: assetCode.nullable().meta({ description: '없으면 계정 전체', example: 'BTC' }),
    text: z.string().meta({ example: VENUE_TROUBLES.deposits_halted.title }),
    consequence: z.string().meta({ description: '저절로 되는 것과 할 일', example: VENUE_TROUBLES.deposits_halted.consequence }),
    since: instantText,
    untilDay: dayText.nullable().meta({ description: '거래소가 밝힌 마지막 날 (거래지원 종료일, 재개 예정일)' }),
  })
  .meta({ id: 'VenueTroubleReason', description: '거래소 때문에 기다리거나 서둘러야 하는 까닭' });

export function toReason({ since, untilDay, ...reason }: TroubleReason): z.input<typeof reasonAnswer> {
  return { ...reason, since: since.toISOString(), untilDay: untilDay ?? null };
}
