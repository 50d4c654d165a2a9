import { createHash } from 'node:crypto';
import { deflateRawSync, deflateSync } from 'node:zlib';
import { Mnemonic, Wallet, wordlists } from 'ethers';
import ExcelJS from 'exceljs';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import { findSecrets, requireNoSecrets } from '../../src/chain/find-secrets.ts';
import { sampleWallet } from '../support/sample-wallet.ts';

function phraseOf(entropy: Uint8Array, language: 'en' | 'ko'): string[] {
  return Mnemonic.fromEntropy(entropy, null, wordlists[language]).phrase.normalize('NFC').split(' ');
}

const kinds = (upload: string | Uint8Array) => findSecrets(upload).map(({ kind }) => kind);
const entropy = fc.constantFrom(16, 20, 24, 28, 32).chain((length) => fc.uint8Array({ minLength: length, maxLength: length }));
const language = fc.constantFrom('en' as const, 'ko' as const);
const phrase = fc.tuple(entropy, language).map(([bytes, which]) => phraseOf(bytes, which));

/** Ways in which people write lists of words down. */
const WRITINGS: readonly ((words: readonly string[]) => string)[] = [
  (words) => words.join(' '),
  (words) => words.join('\n'),
  (words) => words.map((word, index) => `${index + 1}. ${word}`).join('\r\n'),
  (words) => words.map((word, index) => `${index + 1}) "${word}",`).join('\t'),
  (words) => words.join('-').toUpperCase(),
  (words) => words.join(' ').normalize('NFD'),
  (words) => words.map((word) => `<td>${word}</td>`).join(''),
];

const PROSE =
  'The officer found a paper in the drawer and wrote down what was on it. 압류한 물건을 봉투에 넣고 봉인하였다. 지갑의 주소는 따로 적었다. ';

describe('a recovery phrase', () => {
  it('is found in every usual writing, at its place, amid other text', () => {
    fc.assert(
      fc.property(phrase, fc.constantFrom(...WRITINGS), (words, write) => {
        const written = write(words);
        const text = `${PROSE}\n"${written}" — ${PROSE}`;
        const [finding, ...more] = findSecrets(text);
        expect(more).toEqual([]);
        expect(finding).toMatchObject({ kind: 'seed_phrase', place: '' });
        const found = text.slice(finding?.start, finding?.end);
        expect(written).toContain(found);
        expect(found.toLowerCase().normalize('NFC')).toContain(words[0]);
        expect(found.toLowerCase().normalize('NFC')).toContain(words.at(-1));
      }),
      { numRuns: 200 },
    );
  });

  it('is found with words cut to four letters, as on engraved plates', () => {
    fc.assert(
      fc.property(entropy, (bytes) => {
        const plate = phraseOf(bytes, 'en').map((word) => word.slice(0, 4));
        expect(kinds(plate.join(' '))).toEqual(['seed_phrase']);
      }),
    );
  });

  it('is found with a word missing, misspelt or two exchanged', () => {
    fc.assert(
      fc.property(phrase, fc.nat(23), (words, at) => {
        const position = at % words.length;
        const missing = words.toSpliced(position, 1);
        const misspelt = words.with(position, `${words[position]}qx`);
        const exchanged = words.toReversed();
        for (const changed of [missing, misspelt, exchanged]) {
          const [finding] = findSecrets(`${PROSE} ${changed.join(' ')}. ${PROSE}`);
          expect(finding?.kind).toMatch(/^seed_phrase/);
        }
      }),
    );
  });

  it('is not seen in prose, nor in ten words of a list', () => {
    expect(kinds(PROSE.repeat(50))).toEqual([]);
    const letter =
      'Please send your reply before the end of this month. You will receive a notice when the sale is over; that is all we can say about ' +
      'it today. If you have paid, there is nothing more to do. They will call you back. 체납자는 통지를 받은 날부터 삼십 일 안에 이의를 낼 수 있다.';
    expect(kinds(letter)).toEqual([]);
    fc.assert(
      fc.property(phrase, (words) => {
        expect(kinds(`xx ${words.slice(0, 10).join(' ')} xx`)).toEqual([]);
      }),
    );
  });
});

const key = new Wallet(`0x${'4c'.repeat(32)}`);
const bare = key.privateKey.slice(2);
const WIF = ['5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ', 'KwdMAjGmerYanjeui5SHS7JkmpZvVipYvB2LJGU1ZxJwYvP98617'];
const XPRV = 'xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi';

const FOUND: readonly (readonly [string, string, string])[] = [
  ['a labelled key', `Private key: ${key.privateKey}`, 'private_key_hex'],
  ['a key in JSON', `{"privateKey":"${bare}"}`, 'private_key_hex'],
  ['a key in Korean', `개인 키는 다음과 같다\n${bare.toUpperCase()}`, 'private_key_hex'],
  ['a key that is all there is', `\n${key.privateKey}\n`, 'private_key_hex'],
  ['a key beside its address', `${key.address.toLowerCase()};${bare}`, 'private_key_hex'],
  ['a key beside its address where a hash should be', `${key.address};hash ${bare}`, 'private_key_hex'],
  ['a key that is said to be a hash', `거래 해시 ${bare}`, 'private_key_hex'],
  ['a key amid other words', `압류조서 3쪽 ${bare} 참조`, 'private_key_hex'],
  ['an uncompressed WIF', `wallet ${WIF[0]}`, 'private_key_wif'],
  ['a compressed WIF', `wallet ${WIF[1]}`, 'private_key_wif'],
  ['an extended key', `root=${XPRV}`, 'extended_private_key'],
  ['an extended key with a slip', `root=${XPRV.replace('3QTD', '3QTE')}`, 'extended_private_key'],
  ['PEM', '-----BEGIN EC PRIVATE KEY-----\nMHQCAQEE', 'private_key_pem'],
  ['a keystore', sampleWallet().keystoreJson, 'json_keystore'],
];

const INNOCENT: readonly (readonly [string, string])[] = [
  ['a key of zero', `private key: ${'0'.repeat(64)}`],
  ['longer hexadecimal', `private key: ${'ab'.repeat(40)}`],
  ['an address', `private key of ${key.address}`],
  ['a WIF with a wrong character', `wallet ${WIF[0]?.replace('HueC', 'HueD')}`],
  ['an extended public key', `xpub${XPRV.slice(4)}`],
  ['a public key', '-----BEGIN PUBLIC KEY-----'],
];

describe('a private key', () => {
  it.each(FOUND)('is found: %s', (_, text, kind) => {
    const findings = findSecrets(`${text}`);
    // A keystore holds ciphers of 64 digits besides.
    expect(findings.filter((finding) => finding.kind === kind || kind !== 'json_keystore').map((finding) => finding.kind)).toEqual([kind]);
    const { start = 0, end = 0 } = findings[0] ?? {};
    expect(text.slice(start, end).length).toBeGreaterThan(10);
  });

  it.each(INNOCENT)('is not seen in %s', (_, text) => {
    expect(kinds(text)).toEqual([]);
  });

  it('is not seen in an upload where hashes belong, and only there', () => {
    const hash = 'ab'.repeat(32);
    const bytes = (text: string) => Buffer.from(text);
    expect(kinds(bytes(`거래 해시 0x${hash}`))).toEqual([]);
    expect(kinds(bytes(`no private key here; transaction hash: 0x${hash}`))).toEqual([]);
    expect(kinds(bytes(`tx hash ${'1'.repeat(64)}, secret ${bare}`))).toEqual(['private_key_hex']);
    expect(kinds(bytes(`봉투 3\n${hash}`))).toEqual(['private_key_hex']);
    for (const name of ['거래번호', 'TXID', '"확인값"', 'SHA-256']) {
      expect(kinds(bytes(`사건번호,${name},사유\n1,0x${hash},이전\n"2,3",${hash},이전\n`))).toEqual([]);
      expect(kinds(bytes(`사건번호,${name},사유\n1,0x${hash},${bare}\n`))).toEqual(['private_key_hex']);
      expect(kinds(bytes(`사건번호,${name},사유\n1,0x${hash},거래 해시 ${bare}\n`))).toEqual(['private_key_hex']);
    }
  });

  it('is not seen in the columns of hashes of a workbook, and only there', async () => {
    const hash = 'ab'.repeat(32);
    const written = async (reason: string) => {
      const book = new ExcelJS.Workbook();
      const sheet = book.addWorksheet('표본');
      sheet.addRow(['거래번호', '사유']);
      sheet.addRow([`0x${hash}`, reason]);
      return new Uint8Array(await book.xlsx.writeBuffer());
    };
    expect(kinds(await written('이전'))).toEqual([]);
    expect(kinds(await written(bare))).toContain('private_key_hex');
  });

  it('is never told by what refuses it', () => {
    const thrown = (() => {
      try {
        requireNoSecrets(`a private key ${bare}`);
      } catch (error) {
        return error;
      }
      return undefined;
    })();
    expect(thrown).toMatchObject({
      code: 'SECRET_FOUND',
      facts: { findings: [{ kind: 'private_key_hex', place: '', start: 14, end: 78 }] },
    });
    expect(String(thrown) + JSON.stringify(thrown)).not.toContain(bare);
    expect(requireNoSecrets(PROSE)).toBeUndefined();
  });
});

const grouped = (text: string, size: number, separator: string) => (text.match(new RegExp(`.{1,${size}}`, 'g')) ?? []).join(separator);
const keyBytes = fc.nat().map((number) => createHash('sha256').update(`표본 ${number}`).digest());

describe('a secret in disguise', () => {
  it('is found: a key cut into pieces, or in two halves', () => {
    fc.assert(
      fc.property(
        keyBytes,
        fc.constantFrom(1, 2, 4, 5, 8, 10, 16, 32),
        fc.constantFrom(' ', ':', '-', '\n', ', ', ' · ', '\u200b'),
        (bytes, size, separator) => {
          const digits = Buffer.from(bytes).toString('hex');
          expect(kinds(`조서 12호 ${grouped(digits, size, separator)} 참조`)).toContain('private_key_hex');
          expect(kinds(Buffer.from(`조서 ${grouped(digits.toUpperCase(), size, separator)}`))).toContain('private_key_hex');
        },
      ),
    );
    expect(kinds(`앞부분은 ${bare.slice(0, 30)}a1이고 뒷부분은 b2${bare.slice(0, 30)}이다`)).toEqual(['private_key_hex']);
  });

  it('is found: a key in base64', () => {
    for (const seed of ['표본 하나', '표본 둘', '표본 셋']) {
      const bytes = createHash('sha256').update(seed).digest();
      expect(kinds(`조서 ${bytes.toString('base64')} 참조`)).toEqual(['private_key_base64']);
      expect(kinds(`조서 ${bytes.toString('base64url')} 참조`)).toEqual(['private_key_base64']);
    }
  });

  it('is found: a phrase that is joined, in camel case, cut anywhere or with words between', () => {
    const camel = (words: readonly string[]) => words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('');
    const writings: readonly ((words: readonly string[]) => string)[] = [
      (words) => words.join(''),
      camel,
      (words) => words.join(' 그리고 '),
      (words) => words.join('그리고'),
      (words) => words.join(' and '),
      (words) => words.map((word, index) => `${index + 1}번 ${word}`).join(', '),
      (words) => words.map((word) => `${word.slice(0, 1)} ${word.slice(1)}`).join('_'),
    ];
    fc.assert(
      fc.property(phrase, fc.constantFrom(...writings), (words, write) => {
        expect(kinds(`조서 12호 (${write(words)}) 참조`)).toContainEqual(expect.stringMatching(/^seed_phrase/));
      }),
      { numRuns: 300 },
    );
  });
});

describe('what is no secret', () => {
  it('is not taken for one: ordinary sentences, identifiers, addresses and figures', () => {
    const sentence = fc.constantFrom(
      '거래소 공지 2026-31에 따라 입금이 중지되었다.',
      '체납자가 보낸 이의신청서를 접수하고 담당자에게 넘겼다.',
      '압류조서 제3쪽의 봉인번호와 수량을 확인하였으며 이상이 없다.',
      '다음 주 월요일까지 회신이 없으면 다시 요청한다. 그리고 결과를 기록한다.',
      'The exchange will open withdrawals again on Monday; please wait until then.',
      'Send the answer before the end of the month and keep a copy of the notice.',
      'dead beef cafe 0x12 face 2026-11-22 10:00:00',
    );
    const hexadecimal = (length: number) =>
      fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => Buffer.from(bytes).toString('hex'));
    const base58 = fc
      .array(fc.constantFrom(...'123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'), { minLength: 43, maxLength: 44 })
      .map((letters) => letters.join(''));
    const base64 = fc
      .tuple(fc.integer({ min: 1, max: 80 }), fc.uint8Array({ minLength: 80, maxLength: 80 }))
      .filter(([length]) => length !== 32)
      .map(([length, bytes]) => Buffer.from(bytes.slice(0, length)).toString('base64'));
    const figures = fc.array(fc.integer({ min: 0, max: 99_999_999 }), { minLength: 1, maxLength: 60 }).map((all) => all.join(','));
    const bech32 = hexadecimal(20).map((digits) => `bc1q${digits.replaceAll('b', 'q')}`.slice(0, 42));
    const piece = fc.oneof(
      sentence,
      fc.uuid(),
      hexadecimal(20).map((digits) => `0x${digits}`),
      base58,
      base64,
      figures,
      bech32,
    );
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 8 }), (pieces) => {
        expect(kinds(pieces.join(' '))).toEqual([]);
      }),
      { numRuns: 500 },
    );
    const tens = Array.from({ length: 7 }, () => '10000000').join(',');
    expect(kinds(`${tens} fffffffa-0000-1000-8000-000000000000`)).toEqual([]);
  });
});

/** A ZIP file of deflated entries, as Office and Hangul write them. */
function zipOf(entries: Readonly<Record<string, string | Buffer>>): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, content] of Object.entries(entries)) {
    const packed = deflateRawSync(content);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50);
    local.writeUInt16LE(8, 8);
    local.writeUInt16LE(name.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50);
    central.writeUInt16LE(8, 10);
    central.writeUInt32LE(packed.length, 20);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE(at, 42);
    bodies.push(local, Buffer.from(name), packed);
    directory.push(central, Buffer.from(name));
    at += local.length + name.length + packed.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(Object.keys(entries).length, 10);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...bodies, ...directory, end]);
}

const english = phraseOf(new Uint8Array(16).fill(7), 'en');
const korean = phraseOf(new Uint8Array(32).fill(9), 'ko');

describe('an upload', () => {
  it.each(['utf8', 'cp949', 'utf16le', 'utf16be'])('of text in %s is read', (encoding) => {
    const text = `복구 문구\r\n${korean.join(' ')}\r\n`;
    expect(kinds(iconv.encode(text, encoding))).toEqual(['seed_phrase']);
    expect(kinds(iconv.encode(text, encoding, { addBOM: encoding !== 'cp949' }))).toEqual(['seed_phrase']);
  });

  it('of Word is read, words cut by its markup included, and in a ZIP as well', () => {
    const runs = english.map(
      (word) =>
        `<w:r><w:t>${word.slice(0, 2)}</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">${word.slice(2)} </w:t></w:r>`,
    );
    const document = zipOf({
      '[Content_Types].xml': '<Types/>',
      'word/document.xml': `<w:document><w:p>${runs.join('')}</w:p></w:document>`,
    });
    expect(findSecrets(document)).toMatchObject([{ kind: 'seed_phrase', place: 'word/document.xml' }]);
    expect(findSecrets(zipOf({ 'inner.docx': document }))).toMatchObject([{ kind: 'seed_phrase', place: 'inner.docx/word/document.xml' }]);
  });

  it('of Excel is read, a word a cell', async () => {
    const book = new ExcelJS.Workbook();
    const sheet = book.addWorksheet('표본');
    for (const [index, word] of english.entries()) sheet.addRow([index + 1, word]);
    const findings = findSecrets(new Uint8Array(await book.xlsx.writeBuffer()));
    expect(new Set(findings.map(({ kind }) => kind))).toEqual(new Set(['seed_phrase']));
    expect(findings[0]?.place).toBe('xl/worksheets/sheet1.xml');

    // Beside other words in the row, the column shows it.
    const beside = new ExcelJS.Workbook();
    const besides = beside.addWorksheet('표본');
    for (const word of english) besides.addRow(['순번 메모', word]);
    expect(findSecrets(new Uint8Array(await beside.xlsx.writeBuffer()))).toContainEqual(
      expect.objectContaining({ kind: 'seed_phrase', place: 'xl/worksheets/sheet1.xml#columns' }),
    );
  });

  it('of an older program, in which text stands amid other bytes, is read in either width', () => {
    const noise = Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0, 0, 0, 1, 0xff, 0xfe, 0, 3]);
    for (const encoding of ['utf16le', 'latin1'] as const) {
      const text = Buffer.from(phraseOf(new Uint8Array(32).fill(5), 'en').join(' '), encoding);
      // The bytes around may look like letters of the first and last word.
      for (const shift of [Buffer.alloc(0), Buffer.from([7])])
        expect(kinds(Buffer.concat([noise, shift, text, noise]))).toContainEqual(expect.stringMatching(/^seed_phrase/));
    }
  });

  it('of PDF is read where its strings are letters, packed or not', () => {
    const lines = english.map((word) => `0 -14 Td (${word}) Tj`).join('\n');
    const kerned = `[${english.map((word) => `(${word.slice(0, 2)}) -12 (${word.slice(2)}) -278`).join(' ')}] TJ`;
    const wide = `<feff${Buffer.from(english.join(' '), 'utf16le').swap16().toString('hex')}> Tj`;
    for (const content of [lines, kerned, wide]) {
      for (const stream of [Buffer.from(content), deflateSync(content)]) {
        const pdf = Buffer.concat([Buffer.from('%PDF-1.7\n1 0 obj <<>> stream\n'), stream, Buffer.from('\nendstream endobj')]);
        expect(kinds(pdf)).toContain('seed_phrase');
      }
    }
  });

  it('that is damaged, empty or unpacks without end is passed over without an error', () => {
    const bomb = zipOf({ 'a.txt': Buffer.alloc(80 * 1024 * 1024, 'a ') });
    expect(findSecrets(bomb)).toEqual([]);
    expect(findSecrets(new Uint8Array())).toEqual([]);
    const whole = zipOf({ 'a.txt': english.join(' ') });
    fc.assert(
      fc.property(fc.nat(whole.length), fc.uint8Array({ maxLength: 40 }), (at, noise) => {
        findSecrets(Buffer.concat([whole.subarray(0, at), noise, whole.subarray(at)]));
        findSecrets(noise);
      }),
      { numRuns: 300 },
    );
  });
});
