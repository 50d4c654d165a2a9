import { z } from 'zod';
import { civilDate } from '../../kernel/civil-date.ts';
import { definePolicy } from '../definition.ts';
import { countSchema } from '../schemas.ts';

const KNOWN_FROM = civilDate('2006-01-01');
const CITY_RULE = '시 기준(기본값)';

const headers = z.array(z.string().min(1)).min(1);

/** Read on the day of the import. */
export const bankStatementColumns = definePolicy({
  key: 'bank.statement_columns',
  title: '금고 거래내역의 열 이름',
  description:
    '은행이 주는 거래내역 파일의 열 이름. serial: 거래 일련번호, day: 거래일, deposit: 입금액, withdrawal: 출금액, remark: 적요, counterpart: 거래 상대방, ignored: 읽지 않는 열.',
  unit: '목록',
  schema: z.object({
    serial: headers,
    day: headers,
    deposit: headers,
    withdrawal: headers,
    remark: headers,
    counterpart: headers,
    ignored: z.array(z.string().min(1)),
  }),
  initial: [
    {
      value: {
        serial: ['거래번호', '일련번호', '거래일련번호'],
        day: ['거래일자', '거래일', '거래일시'],
        deposit: ['입금액', '입금', '맡기신금액'],
        withdrawal: ['출금액', '출금', '찾으신금액'],
        remark: ['적요', '거래내용', '메모'],
        counterpart: ['거래상대방', '의뢰인/수취인', '보낸분/받는분', '상대계좌예금주'],
        ignored: ['거래시각', '거래시간', '거래구분', '잔액', '거래후잔액', '취급점', '거래점', '상대은행', '상대계좌번호', '수표금액'],
      },
      validFrom: KNOWN_FROM,
      source: CITY_RULE,
    },
  ],
  changeable: true,
});

export const bankAccountLabel = definePolicy({
  key: 'bank.account_label',
  title: '매각대금을 받는 금고 계좌',
  description: '거래소에서 출금할 때 받는 계좌로 적고, 거래내역을 가져올 때 어느 계좌의 내역인지 가리키는 이름. 계좌번호는 적지 않는다.',
  unit: '선택',
  schema: z.string().trim().min(1).max(80),
  initial: [{ value: '시금고 세입세출외현금 계좌', validFrom: KNOWN_FROM, source: '지방세징수법 시행령 제30조: 금전은 금고로만 받음' }],
  changeable: true,
});

export const withdrawalListedWithinDays = definePolicy({
  key: 'withdrawal.listed_within_days',
  title: '거래소 출금 내역에 나타나야 하는 기간',
  description: '원화 출금을 했다고 기록한 날부터 이 기간 안에 거래소의 출금 내역에 나타나지 않으면 담당자에게 알린다.',
  unit: '일',
  schema: countSchema(0, 30),
  initial: [{ value: 1, validFrom: KNOWN_FROM, source: CITY_RULE }],
  changeable: true,
});

export const receiptInstant = definePolicy({
  key: 'distribution.receipt_instant',
  title: '매각대금을 받은 날',
  description:
    '배분기일을 세는 기준인 "금전을 받은 날". bank: 금고에 입금된 날, venue: 거래소에서 처음 체결된 날(더 이르므로 배분을 서두르게 됨).',
  unit: '선택',
  schema: z.enum(['bank', 'venue']),
  initial: [{ value: 'bank', validFrom: KNOWN_FROM, source: `${CITY_RULE}: 지방세징수법 제94조제2항·제98조제1항의 해석` }],
  changeable: true,
});

export const distributionClaimsDay = definePolicy({
  key: 'distribution.claims_day',
  title: '배분할 체납액의 기준일',
  description:
    '체납액을 계산하고 징수한 것으로 보는 날. distribution_day: 배분기일, receipt_day: 매각대금을 받은 날(그날부터 납부지연가산세가 붙지 않음).',
  unit: '선택',
  schema: z.enum(['distribution_day', 'receipt_day']),
  initial: [{ value: 'distribution_day', validFrom: KNOWN_FROM, source: `${CITY_RULE}: 지방세징수법 제94조제2항의 해석` }],
  changeable: true,
});

export const distributionClosesAtSecond = definePolicy({
  key: 'distribution.closes_at_second',
  title: '배분기일을 마치는 시각',
  description: '배분기일 0시부터 이 시간이 지나면 배분기일이 끝나 이의를 더 받지 않고 배분을 확정한다. 64800은 18시이다.',
  unit: '초',
  schema: countSchema(0, 86_399),
  initial: [
    { value: 64_800, validFrom: KNOWN_FROM, source: `${CITY_RULE}: 지방세징수법 제102조제1항·제2항은 배분기일이 끝나기 전까지로 정함` },
  ],
  changeable: true,
});

export const TREASURY_POLICIES = [
  bankStatementColumns,
  bankAccountLabel,
  withdrawalListedWithinDays,
  receiptInstant,
  distributionClaimsDay,
  distributionClosesAtSecond,
] as const;
