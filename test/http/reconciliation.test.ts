import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { ERROR_ACTIONS } from '../../src/kernel/errors.ts';
import { CoinAmount } from '../../src/kernel/money.ts';
import { CITY, minutesLater, startTown, type Town, taxpayer, today } from './way.ts';
import { approveAll, viewCase } from './way-steps.ts';
import { bringIntoCustody } from './way-to-custody.ts';

/* Differences, troubles of the venue and resting coins, as officers see and settle them through the API. */

let town: Town;
let caseId: number;

beforeAll(async () => {
  town = await startTown();
  caseId = await bringIntoCustody(town, taxpayer(1, '3000000', '0.2'));
});

const balances = z.array(
  z.looseObject({
    asset: z.string(),
    ledgerQuantity: z.string(),
    postedQuantity: z.string().nullable(),
    underWayLess: z.string().nullable(),
    explained: z.array(
      z.object({ kind: z.string(), title: z.string(), quantity: z.string(), reference: z.string(), occurredOn: z.string() }),
    ),
    reading: z.looseObject({ venueQuantity: z.string(), agrees: z.boolean() }).nullable(),
  }),
);

async function balanceOf(asset: string, asOf?: string) {
  const query = asOf === undefined ? '' : `?asOf=${encodeURIComponent(asOf)}`;
  const answer = (await town.officer.get(`/venue-accounts/${town.venueAccountId}/balances${query}`)).expect(balances);
  return answer.find((balance) => balance.asset === asset);
}

test('an airdrop is explained by one official and booked once another agrees; balances, list and events show it as its own line', async () => {
  const before = (await balanceOf('BTC'))?.ledgerQuantity ?? '0';
  const after = CoinAmount.of('BTC', before).plus(CoinAmount.of('BTC', '0.01')).toString();
  const accruedAt = town.api.clock.now().toISOString();
  await minutesLater(town, 5);
  await town.exchange.operator.setWrongBalance({ accountId: CITY, asset: 'BTC', wrongBy: '0.01' });
  await minutesLater(town, 2);
  const path = `/venue-accounts/${town.venueAccountId}/explanations`;
  const given = {
    asset: 'BTC',
    kind: 'airdrop',
    side: 'excess',
    quantity: '0.01',
    reference: '공지 31',
    occurredOn: today(town),
    accruedAt,
  };
  const wanted = { ...given, reason: '거래소 공지와 같음' };
  expect((await town.approver.post(path, wanted)).problem()).toMatchObject({ code: 'FORBIDDEN' });
  expect((await town.officer.post(path, { ...wanted, kind: 'gift' })).problem().code).toBe('INPUT_INVALID');
  expect((await town.officer.post(path, { ...wanted, quantity: '0.02' })).problem().code).toBe('CONFLICT');
  const { explanationId } = (await town.officer.post(path, wanted)).expect(z.object({ explanationId: z.int(), approvalId: z.int() }));
  expect(await approveAll(town)).toBe(1);

  const { holdings } = await viewCase(town, caseId);
  const list = (await town.officer.get('/balance-explanations?state=booked')).expect(
    z.object({ items: z.array(z.looseObject({ id: z.int(), parts: z.array(z.unknown()) })), next: z.unknown() }),
  );
  expect(list.items).toMatchObject([{ id: explanationId, parts: [{ caseId, holdingId: holdings[0]?.id, quantity: '0.01' }] }]);
  expect(await balanceOf('BTC')).toMatchObject({ ledgerQuantity: after, postedQuantity: null, reading: { agrees: true } });
  expect(await balanceOf('BTC', accruedAt)).toMatchObject({ ledgerQuantity: before, underWayLess: null, explained: [] });
  const now = await balanceOf('BTC', town.api.clock.now().toISOString());
  expect(now).toMatchObject({ ledgerQuantity: after, postedQuantity: after, reading: { venueQuantity: after } });
  expect(now?.explained).toEqual([{ kind: 'airdrop', title: '에어드롭', quantity: '0.01', reference: '공지 31', occurredOn: today(town) }]);
  const events = (await town.officer.get(`/venue-accounts/${town.venueAccountId}/event-balances`)).expect(z.array(z.looseObject({})));
  expect(events).toMatchObject([
    { asset: 'BTC', deposited: before, explained: '0.01', eventQuantity: after, ledgerQuantity: after, agrees: true },
  ]);
  // To the minute, as people write it, whether or not the plus is encoded.
  const minute = new Date(Date.parse(accruedAt) + 9 * 3_600_000).toISOString().slice(0, 16);
  for (const plus of ['+', '%2B']) {
    const answer = await town.officer.get(`/venue-accounts/${town.venueAccountId}/balances?asOf=${minute}${plus}09:00`);
    expect(answer.status, plus).toBe(200);
  }
  const later = new Date(town.api.clock.now().getTime() + 60_000).toISOString();
  expect((await town.officer.get(`/venue-accounts/${town.venueAccountId}/balances?asOf=${later}`)).problem().code).toBe('INPUT_INVALID');
  expect((await town.officer.get('/venue-accounts/99/balances')).problem().code).toBe('NOT_FOUND');
});

test('an announced delisting is shown by every case it concerns until somebody ends it', async () => {
  const announced = { accountId: town.venueAccountId, asset: 'BTC', kind: 'delisting', untilDay: '2099-12-31', reference: '공지 32' };
  expect((await town.approver.post('/venue-troubles', announced)).problem().code).toBe('FORBIDDEN');
  const { troubleId } = (await town.officer.post('/venue-troubles', announced)).expect(
    z.object({ troubleId: z.int(), isNew: z.boolean() }),
  );
  // What cannot be entered so says in Korean what is due; that an exchange does not answer is entered by nobody.
  for (const wrong of [{ untilDay: undefined }, { untilDay: '2020-01-01' }, { asset: undefined }]) {
    const problem = (await town.officer.post('/venue-troubles', { ...announced, ...wrong })).problem();
    expect(problem).toMatchObject({ code: 'VENUE_TROUBLE_UNUSABLE', action: ERROR_ACTIONS.VENUE_TROUBLE_UNUSABLE });
  }
  expect((await town.officer.post('/venue-troubles', { ...announced, kind: 'unreadable' })).problem().code).toBe('INPUT_INVALID');
  const reasons = z.looseObject({ venueTroubles: z.array(z.looseObject({ code: z.string() })) });
  const shown = async () => (await town.officer.get(`/cases/${caseId}`)).expect(reasons).venueTroubles;
  expect(await shown()).toMatchObject([
    { code: 'delisting', asset: 'BTC', text: '거래소가 이 가상자산의 거래지원을 끝냅니다', untilDay: '2099-12-31' },
  ]);
  expect((await town.officer.get('/venue-troubles')).expect(z.array(z.looseObject({ id: z.int() })))).toMatchObject([{ id: troubleId }]);
  expect((await town.officer.post(`/venue-troubles/${troubleId}/end`, {})).status).toBe(200);
  expect(await shown()).toEqual([]);
});

test('coins at rest are listed with why, those within their time only when asked for, and come as CSV', async () => {
  const resting = z.array(z.looseObject({ caseId: z.int(), stage: z.string(), isIdle: z.boolean(), reasons: z.array(z.unknown()) }));
  expect((await town.officer.get('/resting-holdings')).expect(resting)).toEqual([]);
  const [holding] = (await town.officer.get('/resting-holdings?idle=false')).expect(resting);
  expect(holding).toMatchObject({ caseId, stage: 'held', isIdle: false, reasons: [{ code: 'phase:in_custody' }] });
  expect((await town.officer.get('/resting-holdings/csv?idle=false')).status).toBe(200);
});
