import { z } from 'zod';
import { civilDate } from '../../kernel/civil-date.ts';
import { isPlainDecimal } from '../../kernel/decimal.ts';
import { definePolicy } from '../definition.ts';
import { countSchema, rateSchema } from '../schemas.ts';

const KNOWN_FROM = civilDate('2006-01-01');
const CITY_RULE = '시 기준(기본값)';

const networkCode = z.string().regex(/^[A-Z0-9]{1,20}$/);
const figure = z
  .string()
  .refine((text) => isPlainDecimal(text) && !text.startsWith('-'), 'a plain decimal of at least zero, such as "1.5"')
  .refine((text) => (text.split('.')[1] ?? '').length <= 9, 'at most nine decimals');
const reserveFigure = z
  .string()
  .refine((text) => isPlainDecimal(text) && !text.startsWith('-'), 'a plain decimal of at least zero, such as "0.001"');

/** In Gwei, a billionth of the native coin. */
const caps = z.object({ maxFeeGwei: figure, maxPriorityFeeGwei: figure });

export const walletGasCaps = definePolicy({
  key: 'wallet.gas_caps',
  title: '지갑 이전의 수수료 상한',
  description:
    '압류한 지갑을 비울 때 네트워크별로 가스 한 단위에 낼 수 있는 최고액(Gwei). maxFeeGwei: 전체, maxPriorityFeeGwei: 우선 수수료. other는 정하지 않은 네트워크에 적용한다.',
  unit: '목록',
  schema: z.object({ other: caps, networks: z.record(networkCode, caps) }),
  initial: [
    {
      value: {
        other: { maxFeeGwei: '300', maxPriorityFeeGwei: '50' },
        networks: { ETH: { maxFeeGwei: '200', maxPriorityFeeGwei: '20' }, POL: { maxFeeGwei: '2000', maxPriorityFeeGwei: '500' } },
      },
      validFrom: KNOWN_FROM,
      source: `${CITY_RULE}: 혼잡한 때의 수수료를 감당하되 잘못된 견적은 막음`,
    },
  ],
  changeable: true,
});

export const walletConfirmations = definePolicy({
  key: 'wallet.confirmations',
  title: '지갑 거래의 확정에 필요한 블록 수',
  description: '지갑에서 보낸 거래가 담긴 블록 뒤로 이만큼 이어져야 확정으로 본다. other는 정하지 않은 네트워크에 적용한다.',
  unit: '목록',
  schema: z.object({ other: countSchema(1, 10_000), networks: z.record(networkCode, countSchema(1, 10_000)) }),
  initial: [
    {
      value: { other: 64, networks: { ETH: 12, POL: 128, BTC: 3 } },
      validFrom: KNOWN_FROM,
      source: `${CITY_RULE}: 국내 거래소의 입금 확정 기준에 맞춤`,
    },
  ],
  changeable: true,
});

export const walletWorthOfFee = definePolicy({
  key: 'wallet.worth_of_fee',
  title: '지갑에서 옮길 최소 가치',
  description: '이전에 드는 최고 수수료의 이 배수보다 가치가 작은 자산은 지갑에 남긴다. 가격을 모르는 자산은 옮긴다.',
  unit: '비율',
  schema: rateSchema,
  initial: [
    {
      value: '2',
      validFrom: KNOWN_FROM,
      source: `${CITY_RULE}: 체납처분비에 충당하고 남을 것이 없는 처분의 중지(지방세징수법 제104조)의 취지`,
    },
  ],
  changeable: true,
});

export const walletReserves = definePolicy({
  key: 'wallet.reserves',
  title: '지갑에 남길 기축 자산',
  description: '가스 외의 수수료를 받는 네트워크에서 지갑에 남겨 둘 기축 자산의 수량. 정하지 않은 네트워크는 0이다.',
  unit: '목록',
  schema: z.record(networkCode, reserveFigure),
  initial: [{ value: { ARB: '0.0005', OP: '0.0005', BASE: '0.0005' }, validFrom: KNOWN_FROM, source: CITY_RULE }],
  changeable: true,
});

export const walletLookSeconds = definePolicy({
  key: 'wallet.look_seconds',
  title: '압류한 지갑의 조회 주기',
  description: '압류한 지갑의 잔액과 보낸 거래의 상태를 이 주기로 조회한다. 이전이 진행 중이면 네 배 자주 본다.',
  unit: '초',
  schema: countSchema(4, 86_400),
  initial: [{ value: 60, validFrom: KNOWN_FROM, source: CITY_RULE }],
  changeable: true,
});

export const walletReplaceMinutes = definePolicy({
  key: 'wallet.replace_minutes',
  title: '멈춘 지갑 거래의 대체',
  description: '보낸 거래가 이 시간 동안 블록에 담기지 않으면, 같은 결재의 상한 안에서 수수료를 올린 거래로 대체한다.',
  unit: '분',
  schema: countSchema(1, 1_440),
  initial: [{ value: 10, validFrom: KNOWN_FROM, source: CITY_RULE }],
  changeable: true,
});

export const walletTestMinutes = definePolicy({
  key: 'wallet.test_minutes',
  title: '지갑에서 먼저 보낸 시험 수량의 확인 시간',
  description:
    '입금된 적이 없는 주소로는 시험 수량을 먼저 보내고, 거래소가 그 입금을 보여 주면(반영 전이라도) 나머지를 보낸다. 이 시간 안에 보여 주지 않으면 담당자에게 알린다.',
  unit: '분',
  schema: countSchema(1, 1_440),
  initial: [{ value: 10, validFrom: KNOWN_FROM, source: CITY_RULE }],
  changeable: true,
});

export const WALLET_POLICIES = [
  walletGasCaps,
  walletConfirmations,
  walletWorthOfFee,
  walletReserves,
  walletLookSeconds,
  walletReplaceMinutes,
  walletTestMinutes,
] as const;
