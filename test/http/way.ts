import { z } from 'zod';
import { addDays, type CivilDate, civilDate, seoulDay, startOfDay } from '../../src/kernel/civil-date.ts';
import { CoinAmount, Won } from '../../src/kernel/money.ts';
import type { PaperExchange } from '../../src/paper-exchange/server.ts';
import { startPaperExchange } from '../../src/paper-exchange/server.ts';
import type { SampleTaxpayer } from '../../src/simulation/sample/city.ts';
import type { ReplyRow } from '../../src/simulation/sample/files.ts';
import { NEEDED_PERMISSIONS } from '../../src/venue/account-rules.ts';
import { type SignedInClient, startApi, type TestApi } from '../support/api.ts';

/** Officials, an account at a paper exchange and one taxpayer who owes, for tests that go the main way through the API. */
export interface Town {
  readonly api: TestApi;
  readonly exchange: PaperExchange;
  readonly administrator: SignedInClient;
  readonly officer: SignedInClient;
  readonly approver: SignedInClient;
  readonly treasurer: SignedInClient;
  readonly auditor: SignedInClient;
  readonly venueAccountId: number;
}

export const CITY = 'sample-city';
const UNLIMITED = { ordersPerSecond: 100_000, defaultPerSecond: 100_000, quotationPerSecond: 100_000 };

export const AGENCY = {
  name: '표본시',
  signatory: '표본시장',
  department: '징수과',
  official: '표본 주무관',
  phone: '000-0000-0000',
  postcode: '00000',
  address: '표본도 표본시 표본로 1',
};
export const CORRESPONDENCE = {
  agency: AGENCY,
  holder: { name: '표본거래소 주식회사', address: '서울특별시 표본구 표본대로 2' },
};

export interface TownOptions {
  /** What the city sets from outside: nodes and signer, for one. */
  readonly environment?: NodeJS.ProcessEnv;
  /** The city's list of sanctioned and tainted addresses. */
  readonly screeningListFile?: string;
}

export async function startTown(options: TownOptions = {}): Promise<Town> {
  const api = await startApi({ workers: true, ...options });
  const exchange = await startPaperExchange({ clock: api.clock, limits: UNLIMITED });
  const officer = await api.hire('officer', ['collection_officer']);
  const approver = await api.hire('approver', ['approver']);
  const treasurer = await api.hire('treasurer', ['treasury_officer']);
  const auditor = await api.hire('auditor', ['auditor']);
  const administrator = await api.hire('administrator', ['administrator']);
  const accessKey = 'access-key-of-the-sample-city';
  const secretKey = 'secret-key-of-the-sample-city';
  await exchange.operator.openCorporateAccount({ accountId: CITY, accessKey, secretKey });
  const account = await administrator.post('/venue-accounts', {
    venueCode: 'upbit',
    label: '표본시 1호 계정',
    owner: '표본시',
    purpose: '압류한 가상자산의 수령과 매각',
    baseUrl: exchange.url,
    paper: true,
    training: true,
    accessKey,
    secretKey,
    permissions: NEEDED_PERMISSIONS,
  });
  const { accountId } = account.expect(z.object({ accountId: z.int() }));
  return { api, exchange, administrator, officer, approver, treasurer, auditor, venueAccountId: accountId };
}

export function today({ api }: Pick<Town, 'api'>): CivilDate {
  return seoulDay(api.clock.now());
}

/** Lets the clock stand at ten in the morning of a later day, with everything due on the way done and everybody signed in. */
export async function nextDay(town: Town, days = 1): Promise<void> {
  const { api } = town;
  for (let passed = 0; passed < days; passed++) {
    await api.untilIdle();
    api.clock.advanceTo(new Date(startOfDay(addDays(seoulDay(api.clock.now()), 1)).getTime() + 10 * 3_600_000));
  }
  await api.untilIdle();
  await signInAgain(town);
}

/** Whose sessions time has ended. */
export async function signInAgain({ officer, approver, treasurer, auditor }: Town): Promise<void> {
  for (const official of [officer, approver, treasurer, auditor]) await official.signIn();
}

export async function minutesLater({ api }: Pick<Town, 'api'>, minutes: number): Promise<void> {
  api.clock.advanceBy(minutes * 60_000);
  await api.untilIdle();
}

/** A taxpayer with one bill of local income tax. Nobody like him exists. */
export function taxpayer(number: number, principal: string, bitcoin: string): SampleTaxpayer {
  const serial = String(number).padStart(3, '0');
  return {
    number,
    name: `표본-${serial}`,
    registrationNumber: `900101-9000${serial}`,
    birthDate: civilDate('1890-01-01'),
    phone: `010-0000-0${serial}`,
    address: `표본시 표본로 ${number}`,
    venueCode: 'upbit',
    accountId: `sample-customer-${serial}`,
    bills: [
      {
        noticeNumber: `2024-140-${serial}`,
        taxYear: 2024,
        arisenOn: civilDate('2023-12-31'),
        dueOn: civilDate('2024-05-31'),
        dunningIssuedOn: civilDate('2024-07-01'),
        dunningServedOn: civilDate('2024-07-05'),
        dunningDeadlineOn: civilDate('2024-07-31'),
        lines: [{ code: '140', name: '지방소득세', level: '시세', principal: Won.of(principal), surcharge: Won.zero, paid: undefined }],
      },
    ],
    holdings: [{ asset: 'BTC', quantity: CoinAmount.of('BTC', bitcoin) }],
    oldSeizure: undefined,
    owes: true,
    knownByNameOnly: false,
    window: 'lets_city_sell',
    post: 'delivered',
  };
}

/** His coins lie in his own account at the exchange. */
export async function openCustomer(
  { exchange }: Town,
  { accountId, name, registrationNumber, birthDate, phone, holdings }: SampleTaxpayer,
) {
  const digits = (text: string) => text.replaceAll('-', '');
  await exchange.operator.openAccount({
    accountId,
    identity: { name, registrationNumber: digits(registrationNumber), birthDate, phone: digits(phone) },
  });
  for (const { asset, quantity } of holdings) {
    await exchange.operator.depositFromChain({ accountId, asset, quantity: quantity.toString(), confirmationSeconds: 0 });
  }
}

/** One line of the exchange's answer about him. */
export function replyTo(
  requestNumber: string,
  { registrationNumber, name, birthDate, phone, accountId, holdings }: SampleTaxpayer,
): ReplyRow {
  const [{ asset, quantity } = { asset: 'BTC', quantity: CoinAmount.zero('BTC') }] = holdings;
  return { requestNumber, line: 1, registrationNumber, name, birthDate, phone, accountId, asset, quantity: quantity.toString() };
}
