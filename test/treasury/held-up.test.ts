import { beforeAll, describe, expect, it } from 'vitest';
import { imposeStay, liftStay } from '../../src/seizure/stay.ts';
import { distributionDueSource } from '../../src/treasury/distribution.ts';
import { decideObjection, recordObjection } from '../../src/treasury/objection.ts';
import { refundInstruction } from '../../src/treasury/refund-instruction.ts';
import { failWithdrawal } from '../../src/treasury/withdrawal-comparison.ts';
import { testKeys } from '../support/test-keys.ts';
import { type SampleCase, TreasuryOffice } from './treasury-office.ts';

/* What holds money up: a court, a death, an objection nobody has decided on, an extinct debt, won that nobody accounts for. */

let office: TreasuryOffice;

beforeAll(async () => {
  office = await TreasuryOffice.open();
});

async function told(sample: SampleCase, gross = '301000'): Promise<number> {
  await office.sell(sample, gross);
  await office.bringHome([sample.caseId]);
  await office.progress(sample.caseId);
  const { id } = await office.draftOf(sample.caseId);
  await office.tell(id);
  return id;
}

function stay(sample: SampleCase, kind: 'court_order' | 'rehabilitation' | 'death'): Promise<{ readonly stayId: number }> {
  return office.by(office.officer.actor, (work) =>
    imposeStay(work, { caseId: sample.caseId, kind, reason: '결정', fromDay: office.today }),
  );
}

describe('a distribution', () => {
  it.each(['court_order', 'rehabilitation'] as const)('stands still under a stay (%s) and goes out once it is lifted', async (kind) => {
    const sample = await office.sampleCase();
    const draftId = await told(sample);
    const { stayId } = await stay(sample, kind);
    await expect(office.distributeDrafted(sample.caseId)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect((await office.money(sample.caseId)).creditedTotal.toString()).toBe('0');
    expect(await distributionDueSource(office.database).due(office.test.clock.now())).not.toContain(draftId);
    await office.by(office.officer.actor, (work) => liftStay(work, { stayId, reason: '결정 취소' }));
    await office.distributeDrafted(sample.caseId);
    expect((await office.money(sample.caseId)).creditedTotal.isPositive()).toBe(true);
  });

  it('credits nothing on a bill that is prescribed', async () => {
    const sample = await office.sampleCase({ bills: [[{ principal: '100000' }], [{ principal: '100000' }]] });
    const extinct = sample.bills[1]?.billId ?? 0;
    await office.sell(sample, '301000');
    await office.bringHome([sample.caseId]);
    await office.by(office.officer.actor, (work) => work.tx.bill.update({ where: { id: extinct }, data: { writeOffState: 'prescribed' } }));
    await office.distribute(sample.caseId);
    const { credited, surplusOwed } = await office.money(sample.caseId);
    expect(new Set(credited.map(({ billId }) => billId))).toEqual(new Set([sample.bills[0]?.billId]));
    expect(surplusOwed.isPositive()).toBe(true);
  });

  it('waits for an objection to an earlier draft that nobody has decided on', async () => {
    const sample = await office.sampleCase({ pledgees: 1 });
    const first = await told(sample);
    const { personId: pledgee } = await office.database.read.rightHolder.findFirstOrThrow({ where: { caseId: sample.caseId } });
    const people = [sample.personId, pledgee];
    const objections: number[] = [];
    for (const filedById of people) {
      const { objectionId } = await office.by(office.officer.actor, (work) =>
        recordObjection(work, testKeys, { distributionId: first, filedById, filedOn: office.today, content: '순위가 다릅니다' }),
      );
      objections.push(objectionId);
    }
    const [upheld = 0, open = 0] = objections;
    const decide = (objectionId: number, decision: 'upheld' | 'withdrawn') =>
      office.by(office.officer.actor, (work) => decideObjection(work, { objectionId, decision, reason: '확인함' }));
    await decide(upheld, 'upheld');
    const second = await office.draftOf(sample.caseId);
    expect(second.id).not.toBe(first);
    await office.tell(second.id);
    await expect(office.distributeDrafted(sample.caseId)).rejects.toMatchObject({ code: 'DISTRIBUTION_OBJECTED' });
    await decide(open, 'withdrawn');
    await office.distributeDrafted(sample.caseId);
    expect((await office.money(sample.caseId)).creditedTotal.isPositive()).toBe(true);
  });
});

describe('a refund', () => {
  it('is not handed out after a death, though it was approved before', async () => {
    const sample = await office.sampleCase({ bills: [[{ principal: '100000' }]] });
    await office.sell(sample, '200000');
    await office.bringHome([sample.caseId]);
    await office.distribute(sample.caseId);
    const requested = await office.askRefund(sample);
    await office.decide(requested.approval);
    await stay(sample, 'death');
    await expect(office.by(office.treasurer.actor, (work) => refundInstruction(work, testKeys, requested.refundId))).rejects.toMatchObject({
      code: 'CONFLICT',
    });
  });
});

describe('a withdrawal of another amount than was instructed', () => {
  it('is not given up while the exchange lists won that nobody accounts for', async () => {
    const sample = await office.sampleCase();
    await office.sell(sample, '300000');
    const { withdrawalId } = await office.send([sample.caseId]);
    await office.by(office.treasurer.actor, (work) =>
      work.tx.venueWithdrawal.create({
        data: {
          venueAccountId: office.accountId,
          withdrawalId: 'typed-wrongly',
          asset: 'KRW@upbit',
          quantity: '290000',
          fee: '1000',
          state: 'done',
          createdAt: work.at,
          doneAt: work.at,
          firstSeenAt: work.at,
        },
      }),
    );
    const failing = failWithdrawal(office.database, office.treasurer.actor, office.port, { withdrawalId, reason: '금액 오입력' });
    await expect(failing).rejects.toMatchObject({ code: 'CONFLICT' });
    expect((await office.withdrawal(withdrawalId)).state).not.toBe('failed');
  });
});

describe('a line of the bank under another name of the account', () => {
  it('is not booked twice', async () => {
    const sample = await office.sampleCase({ phase: 'voluntary_window', bills: [[{ principal: '200000' }]] });
    const line = { serial: 'X1', in: '50000', remark: sample.caseNumber };
    await office.bank([line]);
    const again = office.bank([line, { serial: 'X2', in: '10', remark: sample.caseNumber }], { accountLabel: '시금고  계좌' });
    await expect(again).resolves.toMatchObject({ errors: [{ column: '거래번호', code: 'CONFLICT' }] });
    expect((await office.money(sample.caseId)).payments.toString()).toBe('50000');
  });
});
