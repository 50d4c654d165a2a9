import { CheongsanError } from '../../kernel/errors.ts';
import type { RawCell, RawRow } from '../raw-row.ts';
import { assertWithin, type TableLimits } from '../table-limits.ts';
import { numericCellText } from './xlsx-number.ts';
import type { XlsxWorkbook } from './xlsx-workbook.ts';
import { type XmlHandler, xmlAttributes } from './xml-scanner.ts';

/** Collects the `<t>` runs of one text; phonetic hints (`<rPh>`) are no part of it. */
class TextRuns {
  #text = '';
  #insideRun = false;
  #insidePhonetic = false;

  opened(name: string): void {
    if (name === 'rPh') this.#insidePhonetic = true;
    else if (name === 't') this.#insideRun = !this.#insidePhonetic;
  }

  closed(name: string): void {
    if (name === 'rPh') this.#insidePhonetic = false;
    else if (name === 't') this.#insideRun = false;
  }

  add(text: string): void {
    if (this.#insideRun) this.#text += text;
  }

  take(): string {
    const text = this.#text;
    this.#text = '';
    return decodeEscapes(text);
  }
}

/** Control characters are written as `_x000D_`, and an underscore that would look so as `_x005F_`. */
function decodeEscapes(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_whole, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

/** The table of texts that cells refer to by number. */
export class SharedTextsPart implements XmlHandler {
  readonly texts: string[] = [];
  readonly #runs = new TextRuns();

  opened(name: string): void {
    this.#runs.opened(name);
  }

  closed(name: string): void {
    this.#runs.closed(name);
    if (name === 'si') this.texts.push(this.#runs.take());
  }

  text(text: string): void {
    this.#runs.add(text);
  }
}

interface OpenCell {
  readonly column: number;
  readonly type: string;
  readonly style: number;
  hasFormula: boolean;
  value: string | undefined;
}

/** Builds rows from a sheet's XML. Rows and cells may state their position; where they do not, they follow the one before. */
export class SheetPart implements XmlHandler {
  readonly #workbook: XlsxWorkbook;
  readonly #texts: readonly string[] | undefined;
  readonly #limits: TableLimits;
  readonly #runs = new TextRuns();
  #rows: RawRow[] = [];
  #cells: RawCell[] = [];
  #line = 0;
  #nextColumn = 0;
  #cell: OpenCell | undefined;
  #insideValue = false;

  constructor(workbook: XlsxWorkbook, texts: readonly string[] | undefined, limits: TableLimits) {
    this.#workbook = workbook;
    this.#texts = texts;
    this.#limits = limits;
  }

  takeRows(): RawRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  opened(name: string, attributes: string): void {
    if (name === 'row') this.#openRow(attributes);
    else if (name === 'c') this.#openCell(attributes);
    else if (name === 'f' && this.#cell !== undefined) this.#cell.hasFormula = true;
    else if (name === 'v') this.#insideValue = true;
    else this.#runs.opened(name);
  }

  closed(name: string): void {
    this.#runs.closed(name);
    if (name === 'v') this.#insideValue = false;
    else if (name === 'c') this.#closeCell();
    else if (name === 'row' && this.#cells.length > 0) this.#rows.push({ line: this.#line, cells: this.#cells });
  }

  text(text: string): void {
    if (this.#cell === undefined) return;
    if (this.#insideValue) this.#cell.value = (this.#cell.value ?? '') + text;
    else this.#runs.add(text);
  }

  #openRow(attributes: string): void {
    const stated = xmlAttributes(attributes).get('r');
    const line = stated === undefined ? this.#line + 1 : Number(stated);
    if (!Number.isSafeInteger(line) || line <= this.#line) {
      throw new CheongsanError('FILE_FORMAT', `The rows of the sheet are out of order after row ${this.#line}; save the file again.`);
    }
    this.#line = line;
    this.#cells = [];
    this.#nextColumn = 0;
  }

  #openCell(attributes: string): void {
    const values = xmlAttributes(attributes);
    const reference = values.get('r');
    const column = reference === undefined ? this.#nextColumn : columnOf(reference);
    this.#nextColumn = column + 1;
    this.#cell = { column, type: values.get('t') ?? 'n', style: Number(values.get('s') ?? '0'), hasFormula: false, value: undefined };
  }

  #closeCell(): void {
    const cell = this.#cell;
    if (cell === undefined) return;
    this.#cell = undefined;
    const inlineText = this.#runs.take();
    const content = cell.type === 'inlineStr' ? inlineText : this.#content(cell);
    if (content === '') return;
    assertWithin(this.#limits.columns, cell.column + 1, `The number of columns in row ${this.#line}`);
    while (this.#cells.length < cell.column) this.#cells.push('');
    this.#cells[cell.column] = content;
  }

  #content(cell: OpenCell): RawCell {
    if (cell.type === 'e') return { refused: '오류 값이 들어 있는 셀입니다.' };
    if (cell.value === undefined || (cell.value === '' && cell.type !== 'str')) {
      return cell.hasFormula ? { refused: '수식의 결과가 파일에 없습니다. 값으로 붙여 넣으세요.' } : '';
    }
    switch (cell.type) {
      case 's':
        return this.#sharedText(cell.value);
      case 'str':
        return decodeEscapes(cell.value);
      case 'b':
        return cell.value === '1' || cell.value === 'true' ? 'TRUE' : 'FALSE';
      case 'd':
        return cell.value.replace(/T00:00:00(?:\.0+)?Z?$/, '');
      case 'n':
        return numericCellText(cell.value, this.#workbook.displays[cell.style] ?? { kind: 'figure' }, this.#workbook.starts1904);
      default:
        return { refused: '알 수 없는 종류의 셀입니다.' };
    }
  }

  #sharedText(index: string): RawCell {
    if (this.#texts === undefined) return index;
    const text = this.#texts[Number(index)];
    if (text === undefined)
      throw new CheongsanError('FILE_TORN', `Row ${this.#line} refers to a text that the XLSX file does not hold; send it again.`);
    return text;
  }
}

/** Column A is 0. */
function columnOf(reference: string): number {
  let column = 0;
  for (const letter of reference) {
    const value = letter.charCodeAt(0) - 0x40;
    if (value < 1 || value > 26) break;
    column = column * 26 + value;
  }
  if (column === 0) throw new CheongsanError('FILE_FORMAT', `${JSON.stringify(reference)} is no cell of a sheet.`);
  return column - 1;
}
