/*
 * 64 hexadecimal digits may be a key, or the hash of a transaction or a file. Nothing in them tells which, so hashes have places of their
 * own: the columns of a table that are named so, and in other documents what a label names so.
 */

const DIGEST_COLUMN =
  /^(?:거래번호|거래id|거래해시|txid|txhash|이체번호|확인값|등록번호확인값|.*(?:digest|hash|sha-?256|transactionid|해시))$/i;
const LABELS = /hash|\btx(?:id)?\b|transaction|block|sha-?256|digest|해시|트랜잭션|거래\s*(?:번호|id)|이체\s*번호|확인값/i;
const KEY_LABELS =
  /priv(?:ate)?[\s_-]*key|secret[\s_-]*(?:key|exponent)?|seed|mnemonic|signing[\s_-]*key|\bsk\b|\bpk\b|(?:개인|비밀|비공개|서명)\s*키|프라이빗\s*키|복구\s*(?:문구|키)|시드/i;
/** As far as a label stands before its value: in the line, or in the cell or line before. */
const LABEL_LENGTH = 80;
const DELIMITERS = [',', '\t', ';', '|'] as const;

export function isDigestColumn(name: string): boolean {
  return DIGEST_COLUMN.test(name.replace(/[\s_"'\ufeff]/g, ''));
}

/** Whether a value at a place of an uploaded text stands where hashes belong. */
export function digestPlacesOf(text: string): (at: number) => boolean {
  const table = tableOf(text);
  if (table === undefined) return (at) => isLabelledDigest(text.slice(Math.max(0, at - LABEL_LENGTH), at));
  const { delimiter, header } = table;
  return (at) => {
    const before = text.slice(text.lastIndexOf('\n', at - 1) + 1, at);
    return isDigestColumn(header[cellsOf(before, delimiter).length - 1] ?? '');
  };
}

/** A table has the names of its columns in the first line, and as many cells in the second. */
function tableOf(text: string): { readonly delimiter: string; readonly header: readonly string[] } | undefined {
  if (/^\s*[{[<]/.test(text)) return undefined;
  const firstEnd = text.indexOf('\n');
  if (firstEnd < 0) return undefined;
  const secondEnd = text.indexOf('\n', firstEnd + 1);
  const [first, second] = [text.slice(0, firstEnd), text.slice(firstEnd + 1, secondEnd < 0 ? undefined : secondEnd)];
  for (const delimiter of DELIMITERS) {
    const header = cellsOf(first, delimiter);
    if (header.length > 1 && cellsOf(second, delimiter).length === header.length) return { delimiter, header };
  }
  return undefined;
}

function cellsOf(line: string, delimiter: string): string[] {
  const cells = [''];
  let isQuoted = false;
  for (const letter of line) {
    if (letter === '"') isQuoted = !isQuoted;
    if (letter === delimiter && !isQuoted) cells.push('');
    else cells.push(`${cells.pop() ?? ''}${letter}`);
  }
  return cells;
}

/** The label nearest before the value decides: `transaction hash` after `private key` names a hash. */
function isLabelledDigest(before: string): boolean {
  const digest = lastIndexOf(before, LABELS);
  return digest >= 0 && digest > lastIndexOf(before, KEY_LABELS);
}

function lastIndexOf(text: string, pattern: RegExp): number {
  return [...text.matchAll(new RegExp(pattern, 'gi'))].at(-1)?.index ?? -1;
}
