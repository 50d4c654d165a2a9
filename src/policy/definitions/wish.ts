import { z } from 'zod';
import { civilDate } from '../../kernel/civil-date.ts';
import { definePolicy } from '../definition.ts';
import { countSchema, rateSchema } from '../schemas.ts';

const KNOWN_FROM = civilDate('2006-01-01');
const CITY_RULE = '시 기준(기본값)';

export const wishLookSeconds = definePolicy({
  key: 'wish.look_seconds',
  title: '하락 시 매각 희망의 가격 확인 간격',
  description: '체납자가 낸 하락 시 매각 희망이 있는 동안 마지막 체결가를 다시 읽는 간격.',
  unit: '초',
  schema: countSchema(1, 3_600),
  initial: [{ value: 5, validFrom: KNOWN_FROM, source: CITY_RULE }],
  changeable: true,
});

export const stopConfirmation = definePolicy({
  key: 'wish.stop_confirmation',
  title: '하락 시 매각 희망의 가격 도달 확정',
  description:
    '마지막 체결가가 희망 가격 이하인 것을 apartSeconds초 이상, withinSeconds초 이내의 간격으로 두 번 확인하고 그 사이에 더 높은 체결가를 보지 않았을 때 시장가격으로 매각한다.',
  unit: '초',
  schema: z
    .object({ apartSeconds: countSchema(1, 3_600), withinSeconds: countSchema(2, 86_400) })
    .refine(({ apartSeconds, withinSeconds }) => withinSeconds > apartSeconds, 'withinSeconds must be more than apartSeconds'),
  initial: [
    {
      value: { apartSeconds: 5, withinSeconds: 60 },
      validFrom: KNOWN_FROM,
      source: `${CITY_RULE}: 한 번의 체결이나 오류로 매각하지 않도록`,
    },
  ],
  changeable: true,
});

export const staleTradeSeconds = definePolicy({
  key: 'wish.stale_trade_seconds',
  title: '오래된 체결로 보는 시간',
  description: '마지막 체결이 이 시간보다 오래되었으면 하락 시 매각 희망의 가격에 이르렀다고도, 이르지 않았다고도 보지 않는다.',
  unit: '초',
  schema: countSchema(1, 3_600),
  initial: [{ value: 60, validFrom: KNOWN_FROM, source: CITY_RULE }],
  changeable: true,
});

export const farPriceRate = definePolicy({
  key: 'wish.far_price_rate',
  title: '다시 확인할 희망 가격',
  description: '희망 가격이 마지막 평가 가격에서 이 비율보다 멀면 서면과 다시 대조하여 확인하였다는 표시가 있어야 기록한다.',
  unit: '비율',
  schema: rateSchema,
  initial: [{ value: '0.5', validFrom: KNOWN_FROM, source: `${CITY_RULE}: 자릿수를 잘못 적는 것을 막음` }],
  changeable: true,
});

export const WISH_POLICIES = [wishLookSeconds, stopConfirmation, staleTradeSeconds, farPriceRate] as const;
