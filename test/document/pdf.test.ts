import { describe, expect, it } from 'vitest';
import { type Letter, letterDocument } from '../../src/document/letter.ts';
import { renderPdf, renderPrintFile } from '../../src/document/pdf.ts';
import { type PrintColumn, type PrintDocument, tableBlock } from '../../src/document/print-document.ts';
import { civilDate } from '../../src/kernel/civil-date.ts';
import { sha256Hex } from '../../src/kernel/digest.ts';
import { Won } from '../../src/kernel/money.ts';
import { readPdf } from './pdf-fixture.ts';

const CREATED_AT = new Date('2026-03-05T00:00:00Z');
const SAMPLE_MARK = '표본–효력없음';

/** Letters as one file to print. */
function renderLetters(letters: readonly Letter[], createdAt = CREATED_AT): Promise<Buffer> {
  return renderPrintFile(letters.map(letterDocument), { createdAt });
}

interface Bill {
  readonly number: string;
  readonly tax: string;
  readonly amount: Won;
}
const BILL_COLUMNS: readonly PrintColumn<Bill>[] = [
  { header: '고지번호', kind: 'text', value: ({ number }) => number },
  { header: '세목', kind: 'text', value: ({ tax }) => tax },
  { header: '체납액(원)', kind: 'won', value: ({ amount }) => amount, isTotalled: true },
];

function bills(count: number): Bill[] {
  return Array.from({ length: count }, (_, index) => ({
    number: `표본고지${String(index).padStart(5, '0')}`,
    tax: '재산세',
    amount: Won.of(BigInt(index + 1) * 1_000_000n),
  }));
}

function letter(number: number, changes: Partial<Letter> = {}): Letter {
  return {
    agency: {
      name: '표본시',
      signatory: '표본시장',
      department: '세정과',
      official: '표본담당',
      phone: '000-0000-0000',
      postcode: '00000',
      address: '표본도 표본시 표본로 1',
    },
    documentNumber: `세정과-${number}`,
    issuedOn: civilDate('2026-03-05'),
    recipient: { name: `표본-${number}`, honorific: '귀하', postcode: '00000', address: '표본도 표본시 표본로 2' },
    subject: '가상자산 압류 통지',
    body: [{ kind: 'paragraph', text: '귀하의 가상자산을 압류하였음을 알려 드립니다.' }],
    legalBasis: ['「지방세징수법」 제61조'],
    attachments: ['압류조서 등본 1부.'],
    seal: 'omitted',
    isSample: true,
    ...changes,
  };
}

function documentWith(...blocks: PrintDocument['blocks']): PrintDocument {
  return { title: '표본 문서', reference: '표본-1', isSample: false, blocks };
}

describe('a letter', () => {
  it('says everything it must, and that it is a sample, on every page', async () => {
    const body = [tableBlock(BILL_COLUMNS, bills(60), '체납액 명세')];
    const { pages } = readPdf(await renderLetters([letter(1, { body })]));
    expect(pages.length).toBeGreaterThan(1);
    for (const [index, page] of pages.entries()) expect(page).toContain(`${index + 1}/${pages.length}`);
    expect(pages.filter((page) => page.split(SAMPLE_MARK).length === 3)).toHaveLength(pages.length);
    const whole = pages.join('');
    for (const part of [
      '표본시',
      '세정과-1',
      '2026.3.5.',
      '표본-1귀하',
      '(우00000)표본도표본시표본로2',
      '가상자산압류통지',
      '「지방세징수법」제61조',
      '압류조서등본1부.끝.',
      '2026년3월5일',
      '표본시장[직인생략]',
      '전화000-0000-0000',
    ]) {
      expect(whole).toContain(part);
    }
  });

  it('repeats the header of a table on each page, loses no row and adds the sum up', async () => {
    const body = [tableBlock(BILL_COLUMNS, bills(60))];
    const { pages } = readPdf(await renderLetters([letter(1, { body })]));
    expect(pages.filter((page) => page.includes('체납액(원)')).length).toBe(pages.filter((page) => page.includes('표본고지')).length);
    const whole = pages.join('');
    expect(bills(60).filter(({ number }) => !whole.includes(number))).toEqual([]);
    expect(whole).toContain('합계(60건)1,830,000,000');
  });

  it('ends with 끝. of its own when nothing is attached, and leaves the place of the seal free when asked', async () => {
    const { pages } = readPdf(await renderLetters([letter(1, { attachments: [], seal: 'none', isSample: false })]));
    expect(pages.join('')).toMatch(/제61조끝\.2026년3월5일표본시장담당/);
    expect(pages.join('')).not.toContain(SAMPLE_MARK);
  });

  it('keeps the signature off a page of its own', async () => {
    for (let paragraphs = 12; paragraphs < 22; paragraphs++) {
      const body = Array.from({ length: paragraphs }, () => ({ kind: 'paragraph', text: '본문 문단입니다.\n둘째 줄.' }) as const);
      const { pages } = readPdf(await renderLetters([letter(1, { body })]));
      expect(pages.find((page) => page.includes('표본시장'))).toContain('압류조서등본1부.끝.');
    }
  });
});

describe('a file of many letters', () => {
  it('begins each on a new page and counts its pages apart', async () => {
    const long = { body: [tableBlock(BILL_COLUMNS, bills(40))] };
    const { pages } = readPdf(await renderLetters([letter(1), letter(2, { ...long, isSample: false }), letter(3)]));
    expect(pages.map((page) => /\d+\/\d+/.exec(page)?.[0])).toEqual(['1/1', '1/2', '2/2', '1/1']);
    expect(pages.map((page) => /표본-(\d)귀하/.exec(page)?.[1])).toEqual(['1', '2', undefined, '3']);
    expect(pages.map((page) => page.includes(SAMPLE_MARK))).toEqual([true, false, false, true]);
  });

  it('embeds each face once, in parts', async () => {
    const bytes = await renderLetters(Array.from({ length: 30 }, (_, index) => letter(index)));
    expect([...readPdf(bytes).embeddedFonts].sort()).toEqual([
      expect.stringMatching(/^[A-Z]{6}\+Pretendard-Bold$/),
      expect.stringMatching(/^[A-Z]{6}\+Pretendard-Regular$/),
    ]);
    expect(bytes.length).toBeLessThan(400_000);
  });

  it('refuses to be empty', async () => {
    await expect(renderLetters([])).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });
});

describe('the bytes of a PDF', () => {
  it('are the same for the same content and instant, and others for others', async () => {
    const digest = async (number: number, createdAt: Date) => sha256Hex(await renderLetters([letter(number)], createdAt));
    const first = await digest(1, CREATED_AT);
    expect(await digest(1, CREATED_AT)).toBe(first);
    expect(await digest(2, CREATED_AT)).not.toBe(first);
    expect(await digest(1, new Date('2026-03-06T00:00:00Z'))).not.toBe(first);
  });
});

describe('text on paper', () => {
  const textOf = async (...blocks: PrintDocument['blocks']) =>
    readPdf(await renderPdf(documentWith(...blocks), { createdAt: CREATED_AT })).pages.join('');

  it('breaks words that fit no line, without losing a letter', async () => {
    const address = `0x${'0123456789abcdef'.repeat(16)}`;
    const facts = { kind: 'facts', pairsPerRow: 2, facts: [{ label: '주소', value: address }] } as const;
    for (const block of [{ kind: 'paragraph', text: address } as const, facts]) {
      const { pages, runs } = readPdf(await renderPdf(documentWith(block), { createdAt: CREATED_AT }));
      expect(pages.join('')).toContain(address);
      expect(runs.every((run) => run.length < address.length)).toBe(true);
    }
  });

  it('breaks rows that fit no page, without losing a letter', async () => {
    const name = `${'가나다라마바사아자차카타파하'.repeat(300)}끝자`;
    const { pages } = readPdf(
      await renderPdf(documentWith({ kind: 'facts', facts: [{ label: '성명', value: name }] }), { createdAt: CREATED_AT }),
    );
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.join('').replace(/표본-1·표본문서\d+\/\d+/g, '')).toContain(name);
  });

  it('never breaks a figure of a table in two, however narrow its column was meant', async () => {
    const columns: readonly PrintColumn<Bill>[] = [
      { header: '설명', kind: 'text', value: () => '긴 설명', weight: 50 },
      { header: '금액', kind: 'won', value: ({ amount }) => amount, weight: 1 },
      { header: '수량', kind: 'decimal', value: () => '123456789.12345678', weight: 1 },
    ];
    const bytes = await renderPdf(documentWith(tableBlock(columns, [{ number: '1', tax: '', amount: Won.of('-123456789012345') }])), {
      createdAt: CREATED_AT,
    });
    const { runs } = readPdf(bytes);
    expect(runs).toContain('-123,456,789,012,345');
    expect(runs).toContain('123,456,789.12345678');
  });

  it('numbers items, shows won with words and says when a table has no rows', async () => {
    const text = await textOf(
      { kind: 'title', text: '압류조서' },
      { kind: 'items', items: [{ text: '하나', items: [{ text: '둘', items: [{ text: '셋' }] }] }, { text: '넷' }] },
      { kind: 'facts', facts: [{ label: '체납액', value: Won.of('1230000') }] },
      { kind: 'facts', facts: [] },
      tableBlock(BILL_COLUMNS, []),
      { kind: 'note', text: '알림' },
    );
    expect(text).toContain('압류조서1.하나가.둘1)셋2.넷체납액1,230,000원');
    expect(text).toContain('해당없음합계(0건)0');
    expect(text).toContain('※알림');
  });

  it('prints every Hangul syllable, and composes those that came apart', async () => {
    const syllables = String.fromCharCode(...Array.from({ length: 11_172 }, (_, index) => 0xac00 + index));
    const text = await textOf({ kind: 'paragraph', text: syllables.normalize('NFD') });
    expect(text.replace(/표본-1·표본문서\d+\/\d+/g, '')).toContain(syllables);
  });

  it('refuses a letter the font does not have, naming it but not the text around it', async () => {
    const refusal = renderLetters([letter(1, { recipient: { name: '金표본', honorific: '귀하' } })]);
    await expect(refusal).rejects.toMatchObject({ code: 'INPUT_INVALID', facts: { missing: ['U+91D1'] } });
    await expect(refusal).rejects.not.toThrow('표본');
  });
});
