import { beforeAll, describe, expect, it } from 'vitest';
import type { PrintDocument } from '../../src/document/print-document.ts';
import { readTable } from '../../src/document/table-reader.ts';
import { civilDate } from '../../src/kernel/civil-date.ts';
import { MasterKey } from '../../src/kernel/master-key.ts';
import { Won } from '../../src/kernel/money.ts';
import { recordDispatch } from '../../src/notice/dispatch.ts';
import { contentFromText, contentText } from '../../src/notice/notice-content.ts';
import { openContents, readNotices, renderNotices } from '../../src/notice/print.ts';
import { exportSenderList } from '../../src/notice/sender-list.ts';
import { erasePerson } from '../../src/person/erase.ts';
import { createTestDatabase, type TestDatabase, testActor } from '../support/database.ts';
import { testKeys } from '../support/test-keys.ts';
import { issueLetter, letterText, registerSamples, testRules, tracking } from './letters.ts';

let test: TestDatabase;
let persons: number[];

beforeAll(async () => {
  test = await createTestDatabase();
  persons = await registerSamples(test.database, 2);
});

const person = (index: number) => ({ kind: 'delinquent', personId: persons[index] ?? 0 }) as const;
const open = (id: number, keys = testKeys) =>
  test.database.work(testActor, async (work) => (await openContents(work, keys, await readNotices(work, [id])))[0] ?? []);

describe('the content of a notice', () => {
  it('is sealed under its recipient’s key, with a digest that says nothing without it', async () => {
    const mine = await issueLetter(test.database, { recipient: person(0) });
    const theirs = await issueLetter(test.database, { recipient: person(1) });
    const rows = await test.database.read.notice.findMany({ where: { id: { in: [mine, theirs] } } });
    expect(Buffer.from(rows[0]?.contentCipher ?? []).includes('체납액')).toBe(false);
    expect((await open(mine))[0]?.blocks).toEqual([{ kind: 'paragraph', text: '체납액이 납부되지 않아 매각합니다.' }]);
    await expect(open(mine, new MasterKey(Buffer.alloc(32, 8)))).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' });
    expect(new Set(rows.map(({ contentDigest }) => contentDigest)).size).toBe(2);
  });

  it('numbers each letter once, whoever issues at the same time', async () => {
    const ids = await Promise.all(Array.from({ length: 12 }, () => issueLetter(test.database, { recipient: person(0) })));
    const rows = await test.database.read.notice.findMany({ where: { id: { in: ids } }, orderBy: { id: 'asc' } });
    expect(new Set(rows.map(({ number }) => number)).size).toBe(12);
    expect(rows[0]?.number).toBe(`제2026-${String(rows[0]?.id).padStart(6, '0')}호`);
    expect((await open(rows[0]?.id ?? 0))[0]?.reference).toBe(rows[0]?.number);
  });

  it('is marked as a sample when its recipient is one, whatever the template says', async () => {
    const content = letterText({ number: '', issuedOn: civilDate('2026-01-05'), isSample: false });
    const id = await issueLetter(test.database, { recipient: person(0), content: () => content });
    expect((await open(id))[0]?.isSample).toBe(true);
  });

  it('refuses a deadline that has passed', async () => {
    const letter = { recipient: person(0), deadlineOn: civilDate('2026-01-04') };
    await expect(issueLetter(test.database, letter)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });

  it('is gone with the person’s key, while the notice stays', async () => {
    const [gone = 0] = await registerSamples(test.database, 1);
    const id = await issueLetter(test.database, { recipient: { kind: 'delinquent', personId: gone } });
    await test.database.work(testActor, (work) => erasePerson(work, gone, 'retention.over'));
    await expect(open(id)).rejects.toMatchObject({ code: 'PERSON_ERASED' });
    expect(await test.database.read.notice.count({ where: { id } })).toBe(1);
  });
});

describe('stored documents', () => {
  it('say after storing exactly what they said before, every kind of block', () => {
    const document: PrintDocument = {
      title: '제목',
      reference: '제2026-000001호',
      orientation: 'landscape',
      isSample: false,
      blocks: [
        { kind: 'title', text: '서식' },
        { kind: 'heading', text: '제목' },
        { kind: 'paragraph', text: '본문', align: 'center' },
        { kind: 'items', items: [{ text: '가', items: [{ text: '나' }] }] },
        { kind: 'facts', pairsPerRow: 2, facts: [{ label: '체납액', value: '1,000원' }] },
        {
          kind: 'table',
          caption: '표',
          columns: [{ header: '금액', align: 'right', weight: 2.2 }],
          rows: [['1']],
          totals: { texts: ['합계'], labelColumns: 1 },
        },
        { kind: 'legalBasis', provisions: ['지방세징수법 제71조'] },
        { kind: 'note', text: '주의' },
        { kind: 'attachments', names: ['선택서'] },
        {
          kind: 'letterhead',
          agencyName: '청주시',
          documentNumber: '1',
          issued: '2026. 1. 5.',
          recipientName: '표본-001 귀하',
          recipientAddress: '',
          subject: '제목',
        },
        { kind: 'signature', day: '2026년 1월 5일', signatory: '청주시장', isSealOmitted: true, contact: ['전화'] },
        { kind: 'together', blocks: [{ kind: 'paragraph', text: '끝.' }] },
      ],
    };
    expect(contentFromText(contentText([document]))).toEqual([document]);
  });

  it('keep won as it was printed', () => {
    const facts = (value: string | Won): PrintDocument => ({
      title: '',
      reference: '',
      isSample: false,
      blocks: [{ kind: 'facts', facts: [{ label: '체납액', value }] }],
    });
    expect(contentFromText(contentText([facts(Won.of('1234567'))]))).toEqual([facts('1,234,567원')]);
  });
});

describe('printing', () => {
  it('puts all letters into one file, the same bytes each time, and logs the view', async () => {
    const ids = [await issueLetter(test.database, { recipient: person(0) }), await issueLetter(test.database, { recipient: person(1) })];
    const pdf = await renderNotices(test.database, testKeys, testActor, ids);
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect((await renderNotices(test.database, testKeys, testActor, ids)).equals(pdf)).toBe(true);
    const events = await test.database.read.auditEvent.findMany({ where: { action: 'notice.printed', subject: 'notice:many' } });
    expect(events.map(({ payload }) => payload)).toHaveLength(2);
    await expect(renderNotices(test.database, testKeys, testActor, [])).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(renderNotices(test.database, testKeys, testActor, [ids[0] ?? 0, 999_999])).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('the sender list', () => {
  const columns = ['순번', '문서번호', '서류의 명칭', '받는 사람', '송달장소', '발송일', '등기번호', '주요 내용'] as const;

  it('names recipient, place, day and tracking number of each letter, and logs the view', async () => {
    const id = await issueLetter(test.database, { recipient: person(1) });
    await test.database.work(testActor, (work) =>
      recordDispatch(work, {
        rules: testRules,
        method: 'registered_mail',
        dispatchedOn: civilDate('2026-01-05'),
        items: [{ noticeId: id, trackingNumber: tracking(77) }],
      }),
    );
    const csv = await exportSenderList(test.database, testKeys, testActor, { noticeIds: [id] });
    const rows: unknown[] = [];
    for await (const { cells } of readTable(csv, { columns: columns.map((name) => ({ name })) })) rows.push(cells);
    expect(rows).toEqual([
      expect.objectContaining({
        순번: '1',
        '서류의 명칭': '가상자산 매각 통지서',
        '받는 사람': '표본-002',
        송달장소: '청주시 상당구 표본로 1',
        발송일: '2026-01-05',
        등기번호: tracking(77),
      }),
    ]);
    const views = await test.database.read.auditEvent.findMany({ where: { action: 'person.viewed' } });
    expect(views.map(({ payload }) => payload)).toEqual([expect.stringContaining('notice.sender_list')]);
  });

  it('refuses to list somebody who has no address', async () => {
    const [homeless = 0] = await registerSamples(test.database, 1, null);
    const id = await issueLetter(test.database, { recipient: { kind: 'delinquent', personId: homeless } });
    await expect(exportSenderList(test.database, testKeys, testActor, { noticeIds: [id] })).rejects.toMatchObject({ code: 'CONFLICT' });
  });
});
