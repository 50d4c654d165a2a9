import { beforeAll, describe, expect, it } from 'vitest';
import { VenueWon, Won } from '../../src/kernel/money.ts';
import { venueWonBalance } from '../../src/ledger/balance.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { entry } from '../../src/ledger/entry.ts';
import { post } from '../../src/ledger/post.ts';
import { requestWithdrawalAmendment } from '../../src/treasury/withdrawal-amendment.ts';
import { failWithdrawal, readBackWithdrawals } from '../../src/treasury/withdrawal-comparison.ts';
import { applyWithdrawalDecisions, withdrawalInstruction } from '../../src/treasury/withdrawal-decision.ts';
import { testActor } from '../support/database.ts';
import { type SampleCase, TreasuryOffice } from './treasury-office.ts';

/* An official typed another amount at the exchange's site than was instructed. */

let office: TreasuryOffice;
let serial = 0;

beforeAll(async () => {
  office = await TreasuryOffice.open();
});

const won = (chart: (typeof CHART)[keyof typeof CHART], subject?: string) =>
  venueWonBalance(office.database.read, subject === undefined ? { chart } : { chart, subject }, 'upbit').then(String);
const readBack = () => readBackWithdrawals(office.database, office.port, office.accountId);
const openFreezes = () => office.database.read.assetFreeze.count({ where: { asset: 'KRW@upbit', liftedAt: null } });
const lift = () =>
  office.by(testActor, (work) => work.tx.assetFreeze.updateMany({ where: { liftedAt: null }, data: { liftedAt: work.at } }));

async function sold(proceeds: string): Promise<SampleCase> {
  const sample = await office.sampleCase();
  await office.sell(sample, proceeds);
  return sample;
}

/** The venue lists a withdrawal that nobody was told to make; its row. */
async function typed(quantity: string, fee = '1000', state: 'done' | 'pending' | 'failed' = 'done'): Promise<number> {
  serial += 1;
  const withdrawalId = `typed-${serial}`;
  office.list(quantity, { withdrawalId, fee, state, ...(state === 'done' ? {} : { doneAt: undefined }) });
  await readBack();
  return (await office.database.read.venueWithdrawal.findFirstOrThrow({ where: { withdrawalId } })).id;
}

const ask = (withdrawalId: number, venueWithdrawalId: number) =>
  office.by(office.treasurer.actor, (work) =>
    requestWithdrawalAmendment(work, { withdrawalId, venueWithdrawalId, reason: '거래소 화면에서 금액을 잘못 넣음' }),
  );

/** Asked for and approved, nothing sent by our books. */
async function instructed(caseIds: readonly number[]): Promise<{ id: number; number: string }> {
  const { withdrawalId: id, number, approval } = await office.request(caseIds);
  await office.decide(approval);
  return { id, number };
}

describe('a withdrawal of another amount', () => {
  it('that was confirmed becomes what really left, and goes on to the bank', async () => {
    const [first, second] = [await sold('600000.4'), await sold('300000')];
    const { withdrawalId: id, number } = await office.send([first.caseId, second.caseId]);
    const row = await typed('89900');
    expect([await won(CHART.withdrawnUninstructed), await won(CHART.unexplained)]).toEqual(['90900', '-90900']);
    await expect(
      failWithdrawal(office.database, office.treasurer.actor, office.port, { withdrawalId: id, reason: '오입력' }),
    ).rejects.toMatchObject({ code: 'CONFLICT' });
    const { amendment, approval } = await ask(id, row);
    expect(amendment.shares.map(({ amount, fee }) => [amount.toString(), fee.toString()])).toEqual([
      ['59933', '667'],
      ['29967', '333'],
    ]);
    expect((await office.withdrawal(id)).amountKrw).toBe(899000n);
    await office.decide(approval);
    expect([await won(CHART.withdrawnUninstructed), await won(CHART.unexplained)]).toEqual(['0', '0']);
    expect(await office.withdrawal(id)).toMatchObject({ state: 'confirmed', amountKrw: 89900n, feeKrw: 1000n });
    expect(await won(CHART.venueWonInTransit, `withdrawal:${id}`)).toBe('89900');
    expect(await won(CHART.venueWonHeld, `case:${first.caseId}`)).toBe('539400.4');
    expect(await won(CHART.venueWonHeld, `case:${second.caseId}`)).toBe('269700');
    expect(await openFreezes()).toBe(1);
    await lift();
    await readBack();
    expect((await office.withdrawal(id)).comparedAt).not.toBeNull();
    await office.bank([{ serial: number, in: '89900', remark: number }]);
    expect(await office.withdrawal(id)).toMatchObject({ state: 'received' });
    for (const { caseId } of [first, second]) expect((await office.money(caseId)).agrees).toBe(true);
    await office.bringHome([first.caseId, second.caseId]);
    expect(await won(CHART.venueWonHeld, `case:${second.caseId}`)).toBe('0');
    expect((await office.money(first.caseId)).residue.toString()).toBe('0.4');
    expect(await office.brokenMoney()).toEqual([]);
  });

  it('that nobody had confirmed is confirmed with what really left, and never sent a second time', async () => {
    const sample = await sold('500000');
    const { id } = await instructed([sample.caseId]);
    const row = await typed('49900', '500');
    const { approval } = await ask(id, row);
    await office.decide(approval);
    expect(await office.withdrawal(id)).toMatchObject({ state: 'approved', amountKrw: 49900n, feeKrw: 500n, sentEntryId: null });
    await expect(withdrawalInstruction(office.database.read, id)).rejects.toMatchObject({ code: 'CONFLICT' });
    await office.confirm(id);
    expect(await won(CHART.venueWonInTransit, `withdrawal:${id}`)).toBe('49900');
    expect(await won(CHART.venueWonHeld, `case:${sample.caseId}`)).toBe('449600');
    expect(await won(CHART.dispositionCost, `case:${sample.caseId}`)).toBe('500');
    expect(await office.brokenMoney()).toEqual([]);
    await lift();
  });

  it('may give all that a case has, its fraction left behind', async () => {
    const sample = await sold('200000.25');
    const { withdrawalId: id } = await office.send([sample.caseId]);
    const { approval } = await ask(id, await typed('200000', '0'));
    await office.decide(approval);
    expect(await won(CHART.venueWonHeld, `case:${sample.caseId}`)).toBe('0');
    expect((await office.money(sample.caseId)).residue.toString()).toBe('0.25');
    expect(await office.brokenMoney()).toEqual([]);
    await lift();
  });
});

describe('an amendment', () => {
  it('is refused when it would take what is another case’s; once that is back the withdrawal may be given up', async () => {
    const [sample, other] = [await sold('300000'), await sold('900000')];
    const { withdrawalId: id } = await office.send([sample.caseId]);
    const row = await typed('400000');
    const refused = {
      code: 'WITHDRAWAL_NOT_COVERED',
      facts: { short: [{ caseId: sample.caseId, hasKrw: '300000', wouldGiveKrw: '401000' }] },
    };
    await expect(ask(id, row)).rejects.toMatchObject(refused);
    expect(await won(CHART.venueWonHeld, `case:${other.caseId}`)).toBe('900000');
    expect(await won(CHART.withdrawnUninstructed, `venue_withdrawal:${row}`)).toBe('401000');
    const giveUp = (reason = '되돌려 놓음') =>
      failWithdrawal(office.database, office.treasurer.actor, office.port, { withdrawalId: id, reason });
    await expect(giveUp('표본 800101-1234567 요청')).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(giveUp()).rejects.toMatchObject({ code: 'CONFLICT', facts: { venueWithdrawal: row } });
    const here = { place: `account:${office.accountId}` };
    const back = VenueWon.of('upbit', '401000');
    await office.by(testActor, (work) =>
      post(
        work,
        entry({ key: 'recovered', kind: 'sample', occurredOn: office.today, cause: `venue_withdrawal:${row}`, memo: '' })
          .debit(CHART.unexplained, { subject: '', ...here }, back)
          .credit(CHART.withdrawnUninstructed, { subject: `venue_withdrawal:${row}`, ...here }, back)
          .build(),
      ),
    );
    await expect(ask(id, row)).rejects.toMatchObject({ code: 'CONFLICT' });
    await giveUp();
    expect(await won(CHART.venueWonHeld, `case:${sample.caseId}`)).toBe('300000');
    await lift();
  });

  it('may take what another withdrawal was approved to carry, which is then no longer to be sent', async () => {
    const sample = await sold('300000');
    const { withdrawalId: id } = await office.send([sample.caseId]);
    await office.sell(sample, '200000');
    const { id: other } = await instructed([sample.caseId]);
    const instruction = () => withdrawalInstruction(office.database.read, other);
    expect((await instruction()).amountKrw.toString()).toBe('199000');
    const row = await typed('450000');
    // It may be either of the two; whoever sends now sends others' won.
    await expect(instruction()).rejects.toMatchObject({ code: 'ASSET_FROZEN' });
    await office.decide((await ask(id, row)).approval);
    await lift();
    expect(await won(CHART.venueWonHeld, `case:${sample.caseId}`)).toBe('49000');
    await expect(instruction()).rejects.toMatchObject({ code: 'CONFLICT' });
    await failWithdrawal(office.database, office.treasurer.actor, office.port, { withdrawalId: other, reason: '보내지 않음' });
    expect(await won(CHART.unexplained)).toBe('0');
    expect(await office.brokenMoney()).toEqual([]);
  });

  it('that is turned down leaves everything as it was', async () => {
    const sample = await sold('310000');
    const { withdrawalId: id } = await office.send([sample.caseId]);
    const row = await typed('30900');
    const { approval } = await ask(id, row);
    await expect(ask(id, row)).rejects.toMatchObject({ code: 'CONFLICT' });
    await office.decide(approval, 'reject');
    expect(await office.withdrawal(id)).toMatchObject({ state: 'confirmed', amountKrw: 309000n });
    expect(await won(CHART.withdrawnUninstructed, `venue_withdrawal:${row}`)).toBe('31900');
    expect((await ask(id, row)).amendment.amount.equals(Won.of('30900'))).toBe(true);
    await lift();
  });
});

describe('an amendment that is asked for', () => {
  it('takes effect once, and is stale when the row was found to be something else', async () => {
    const [sample, other] = [await sold('320000'), await sold('330000')];
    const [{ withdrawalId: id }, { withdrawalId: rival }] = [await office.send([sample.caseId]), await office.send([other.caseId])];
    const row = await typed('31900');
    const [mine, theirs] = [await ask(id, row), await ask(rival, row)];
    await office.decide(mine.approval);
    await expect(office.decide(theirs.approval)).rejects.toMatchObject({ code: 'CONFLICT' });
    const entries = await office.database.read.ledgerEntry.count();
    await office.by(office.approver.actor, async (work) => {
      await applyWithdrawalDecisions(work, [await work.tx.approval.findUniqueOrThrow({ where: { id: mine.approval.id } })]);
    });
    expect(await office.database.read.ledgerEntry.count()).toBe(entries);
    expect(await office.withdrawal(rival)).toMatchObject({ amountKrw: 329000n });
    await expect(ask(id, row)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await office.brokenMoney()).toEqual([]);
    await lift();
  });

  it('needs a row of the same account and asset, made after the instruction, that did not fail', async () => {
    const sample = await sold('340000');
    const before = await typed('33900');
    await lift();
    office.advanceDays(1);
    const { withdrawalId: id } = await office.send([sample.caseId]);
    await expect(ask(id, before)).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(ask(id, await typed('33800', '1000', 'failed'))).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(ask(id, 999_999)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const coins = await office.by(testActor, (work) =>
      work.tx.venueWithdrawal.create({
        data: {
          venueAccountId: office.accountId,
          withdrawalId: 'coins',
          asset: 'BTC',
          quantity: '1',
          fee: '0',
          state: 'done',
          createdAt: work.at,
          firstSeenAt: work.at,
        },
      }),
    );
    await expect(ask(id, coins.id)).rejects.toMatchObject({ code: 'CONFLICT' });
  });
});
