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
  ['a key after a hash', `tx hash ${'1'.repeat(64)}, secret ${bare}`, 'private_key_hex'],
  ['an uncompressed WIF', `wallet ${WIF[0]}`, 'private_key_wif'],
  ['a compressed WIF', `wallet ${WIF[1]}`, 'private_key_wif'],
  ['an extended key', `root=${XPRV}`, 'extended_private_key'],
  ['an extended key with a slip', `root=${XPRV.replace('3QTD', '3QTE')}`, 'extended_private_key'],
  ['PEM', '-----BEGIN EC PRIVATE KEY-----\nMHQCAQEE', 'private_key_pem'],
  ['a keystore', sampleWallet().keystoreJson, 'json_keystore'],
];

const INNOCENT: readonly (readonly [string, string])[] = [
  ['the hash of a transaction', `거래 해시 0x${'ab'.repeat(32)}`],
  ['a hash named after the word key', `no private key here; transaction hash: 0x${'ab'.repeat(32)}`],
  ['a list of hashes', Array.from({ length: 20 }, (_, index) => index.toString(16).padStart(64, 'a')).join('\n')],
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
    expect(findings.map((finding) => finding.kind)).toEqual([kind]);
    const { start = 0, end = 0 } = findings[0] ?? {};
    expect(text.slice(start, end).length).toBeGreaterThan(10);
  });

  it.each(INNOCENT)('is not seen in %s', (_, text) => {
    expect(kinds(text)).toEqual([]);
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

    // Beside other words in the row, only the column shows it.
    const beside = new ExcelJS.Workbook();
    const besides = beside.addWorksheet('표본');
    for (const word of english) besides.addRow(['순번 메모', word]);
    expect(findSecrets(new Uint8Array(await beside.xlsx.writeBuffer()))).toMatchObject([
      { kind: 'seed_phrase', place: 'xl/worksheets/sheet1.xml#columns' },
    ]);
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
