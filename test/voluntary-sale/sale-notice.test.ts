import { beforeAll, describe, expect, it } from 'vitest';
import { cancelNotice } from '../../src/notice/issue.ts';
import { renderNotices } from '../../src/notice/print.ts';
import { seedPolicy } from '../../src/policy/book.ts';
import { createTestDatabase, testActor } from '../support/database.ts';
import { testKeys } from '../support/test-keys.ts';
import { SaleOffice, saleCase } from './sale-case.ts';

let office: SaleOffice;

beforeAll(async () => {
  office = new SaleOffice(await createTestDatabase());
  await office.test.database.work(testActor, seedPolicy);
});

const noticesOf = (caseId: number) =>
  office.test.database.read.notice.findMany({ where: { subject: `case:${caseId}` }, orderBy: { id: 'asc' } });

describe('sale notices', () => {
  it('go to the taxpayer and to each right-holder apart, with a valuation of the moment', async () => {
    const { caseId, personId, holderIds } = await saleCase(office.test.database, { holders: 2 });
    const ids = await office.issue(caseId);
    const notices = await noticesOf(caseId);
    expect(notices.map(({ id, kind, recipientKind, recipientId }) => [id, kind, recipientKind, recipientId])).toEqual([
      [ids[0], 'sale_notice', 'delinquent', personId],
      [ids[1], 'sale_notice', 'pledgee', holderIds[0]],
      [ids[2], 'sale_notice', 'pledgee', holderIds[1]],
    ]);
    expect(await office.phaseOf(caseId)).toBe('sale_noticed');
    const valuations = await office.test.database.read.valuation.findMany({ where: { caseId } });
    expect(valuations.map(({ occasion, valueKrw }) => [occasion, valueKrw])).toEqual([['sale_notice', 40_000_000n]]);
  });

  it('are issued once, and again only to whoever has none that stands', async () => {
    const { caseId, personId } = await saleCase(office.test.database);
    const [first = 0] = await office.issue(caseId);
    expect(await office.issue(caseId)).toEqual([]);
    const late = await saleCase(office.test.database);
    await office.test.database.work(testActor, (work) =>
      work.tx.rightHolder.create({ data: { caseId, personId: late.personId, kind: 'other', createdAt: work.at } }),
    );
    await office.test.database.work(testActor, (work) => cancelNotice(work, { noticeId: first, reason: 'wrong address' }));
    await office.issue(caseId);
    const standing = (await noticesOf(caseId)).filter(({ state }) => state !== 'cancelled');
    expect(standing.map(({ recipientId, recipientKind }) => [recipientId, recipientKind])).toEqual([
      [personId, 'delinquent'],
      [late.personId, 'other_right_holder'],
    ]);
  });

  it('state every sum and the law to the taxpayer, with a form to choose on', async () => {
    const { caseId, caseNumber } = await saleCase(office.test.database);
    const [id = 0] = await office.issue(caseId);
    const text = await office.textOf(id);
    for (const stated of [
      caseNumber,
      '100,000',
      '3,000',
      '103,000원',
      '금 일십만삼천원정',
      '40,000,000',
      '0.5',
      '30일',
      '90일',
      '제71조제3항',
      '시행령 제70조',
      '자진 납부·매각 선택서',
      '위험 고지',
      '2026. 1. 5.',
    ]) {
      expect(text).toContain(stated);
    }
    expect((await renderNotices(office.test.database, testKeys, testActor, [id])).length).toBeGreaterThan(10_000);
  });

  it('tell right-holders nothing of the tax (LTBA 86)', async () => {
    const { caseId } = await saleCase(office.test.database, { holders: 1 });
    const [, id = 0] = await office.issue(caseId);
    const text = await office.textOf(id);
    expect(text).toContain('40,000,000');
    for (const secret of ['103,000', '100,000', '3,000', '재산세', '2025-0000']) expect(text).not.toContain(secret);
  });

  it('mark every page for a sample person', async () => {
    const { caseId } = await saleCase(office.test.database);
    const [id = 0] = await office.issue(caseId);
    expect(await office.textOf(id)).not.toContain('"isSample":false');
  });
});

describe('refused notices', () => {
  it.each(['seized', 'transfer_demanded', 'cleared_for_sale', 'selling', 'settled'] as const)('in phase %s', async (phase) => {
    const { caseId } = await saleCase(office.test.database, { phase });
    await expect(office.issue(caseId)).rejects.toMatchObject({ code: 'PHASE_WRONG' });
  });

  it('where nothing is owed any more', async () => {
    const paid = await saleCase(office.test.database);
    await office.pay(paid, 100_000n, 3_000n);
    await expect(office.issue(paid.caseId)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await office.phaseOf(paid.caseId)).toBe('in_custody');
    expect(await noticesOf(paid.caseId)).toEqual([]);
  });
});
