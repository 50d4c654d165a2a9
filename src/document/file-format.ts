import { CheongsanError } from '../kernel/errors.ts';
import type { ByteSource } from './byte-source.ts';

const ZIP_START = Buffer.from('PK\u0003\u0004', 'latin1');
const OLD_OFFICE_START = Buffer.from('d0cf11e0a1b11ae1', 'hex');
const SNIFFED_BYTES = 512;
/** Marks of the document protection products in use at Korean offices, which stand in clear before the encrypted content. */
const PROTECTED_START = /^(?:.{0,8}DRMONE|<## NASCA DRM|SCDSA)/s;

/** True for the container that XLSX files are, whatever the file is called. */
export async function isZip(source: ByteSource): Promise<boolean> {
  return source.sizeBytes >= ZIP_START.length && (await source.read(0, ZIP_START.length)).equals(ZIP_START);
}

/** Error: `FILE_FORMAT` for an empty file and for formats that look like a table to an officer but are none we read. */
export async function assertTableFormat(source: ByteSource): Promise<void> {
  if (source.sizeBytes === 0) throw new CheongsanError('FILE_FORMAT', 'The file is empty: it has no bytes.');
  const start = await source.read(0, Math.min(SNIFFED_BYTES, source.sizeBytes));
  const text = start.toString('latin1');
  if (start.subarray(0, OLD_OFFICE_START.length).equals(OLD_OFFICE_START)) {
    throw new CheongsanError('FILE_FORMAT', 'The file is an old Excel file (.xls) or has a password; save it as XLSX without a password.');
  }
  if (PROTECTED_START.test(text)) {
    throw new CheongsanError('FILE_FORMAT', 'The file is locked by document protection (DRM); release it and send it again.');
  }
  if (text.startsWith('%PDF-')) throw new CheongsanError('FILE_FORMAT', 'The file is a PDF; send the table as XLSX or CSV.');
  if (/^(?:\u00ef\u00bb\u00bf)?\s*<(?:!doctype|html|table|\?xml|meta)/i.test(text)) {
    throw new CheongsanError(
      'FILE_FORMAT',
      'The file is a web page or XML under the name of a table; open it in Excel and save it as XLSX.',
    );
  }
}
