import { z } from 'zod';
import { civilDate } from '../../kernel/civil-date.ts';
import { isPlainDecimal } from '../../kernel/decimal.ts';
import { definePolicy } from '../definition.ts';
import { countSchema, rateSchema, wonSchema } from '../schemas.ts';

const KNOWN_FROM = civilDate('2006-01-01');
const CITY_RULE = '시 기준(기본값)';

export const addressCheckMinutes = definePolicy({
  key: 'receipt.address_check_minutes',
  title: '입금 주소의 확인 시간',
  description:
    '입금 주소는 이 시간 안에 거래소에서 읽어 확인한 것만 보이거나 문서에 적고, 압류한 지갑에서 그리로 보낸다. 더 오래되었으면 먼저 다시 읽는다.',
  unit: '분',
  schema: countSchema(1, 1_440),
  initial: [{ value: 60, validFrom: KNOWN_FROM, source: CITY_RULE }],
  changeable: true,
});

export const siteCheckHours = definePolicy({
  key: 'receipt.site_check_hours',
  title: '거래소 화면에서 옮긴 입금 주소의 확인 시간',
  description:
    '주소를 API로 알려 주지 않는 거래소의 입금 주소는 담당자가 거래소 화면과 대조한 때부터 이 시간 동안만 보이거나 문서에 적는다.',
  unit: '시간',
  schema: countSchema(1, 720),
  initial: [{ value: 24, validFrom: KNOWN_FROM, source: CITY_RULE }],
  changeable: true,
});

const unitsSchema = z
  .string()
  .refine((text) => isPlainDecimal(text) && !text.startsWith('-') && /[1-9]/.test(text), 'a plain decimal above zero, such as "0.001"');

export const testTransferAmount = definePolicy({
  key: 'receipt.test_amount',
  title: '시험 이전의 수량',
  description:
    '처음 쓰는 경로(보내는 거래소나 지갑, 가상자산, 네트워크, 받는 주소)로는 먼저 적은 수량을 받아 확인한 뒤 나머지를 요구한다. units: 가상자산별 시험 수량(정한 것만), krw: 마지막 평가 가격으로 이 금액만큼, share: 평가한 적이 없으면 요구 수량의 이 비율. 시험 수량이 요구 수량 이상이면 시험하지 않고 바로 요구한다.',
  unit: '원',
  schema: z.object({ units: z.record(z.string().regex(/^[A-Z0-9]{1,20}$/), unitsSchema), krw: wonSchema, share: rateSchema }),
  initial: [
    {
      value: { units: {}, krw: '30000', share: '0.01' },
      validFrom: KNOWN_FROM,
      source: `${CITY_RULE}: 거래소의 최소 입금 수량을 넘으면서 잃어도 적은 수량`,
    },
  ],
  changeable: true,
});

export const sourceProofDays = definePolicy({
  key: 'receipt.source_proof_days',
  title: '시험 이전의 효력 기간',
  description: '시험 이전이 확인된 경로는 이 기간 동안 시험 없이 쓸 수 있다. 받는 주소가 바뀌면 그 즉시 효력을 잃는다.',
  unit: '일',
  schema: countSchema(1, 3_660),
  initial: [{ value: 90, validFrom: KNOWN_FROM, source: CITY_RULE }],
  changeable: true,
});

export const requiredConfirmations = definePolicy({
  key: 'receipt.confirmations',
  title: '입금 확인 블록 수',
  description:
    '네트워크마다 입금이 되돌려지지 않는다고 볼 확인 블록 수. other: 따로 정하지 않은 네트워크. 거래소가 반영하기 전의 입금에 지금 몇 번 확인되었는지와 함께 보인다. 장부는 거래소가 반영한 뒤에만 기록한다.',
  unit: '회',
  schema: z.object({ networks: z.record(z.string().regex(/^[A-Z0-9]{1,30}$/), countSchema(1, 10_000)), other: countSchema(1, 10_000) }),
  initial: [
    {
      value: { networks: { BTC: 6, BCH: 15, LTC: 12, DOGE: 40, ETH: 64, ETC: 500, TRX: 20, XRP: 1, XLM: 1, SOL: 32, ADA: 20 }, other: 64 },
      validFrom: KNOWN_FROM,
      source: CITY_RULE,
    },
  ],
  changeable: true,
});

export const RECEIPT_POLICIES = [addressCheckMinutes, siteCheckHours, testTransferAmount, sourceProofDays, requiredConfirmations] as const;
