/** Characters that a terminal draws two columns wide: Korean, Chinese and Japanese ones and full-width forms. */
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/gu;

export interface TextColumn {
  readonly header: string;
  readonly align: 'left' | 'right';
}

/** A table in lines for a terminal, its columns as wide as their widest cell. */
export function drawTable(columns: readonly TextColumn[], rows: readonly (readonly string[])[]): string {
  const all = [columns.map(({ header }) => header), ...rows];
  const widths = columns.map((_, index) => Math.max(...all.map((cells) => widthOf(cells[index] ?? ''))));
  return all
    .map((cells) =>
      columns
        .map(({ align }, index) => padded(cells[index] ?? '', widths[index] ?? 0, align))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function padded(text: string, width: number, align: TextColumn['align']): string {
  const blanks = ' '.repeat(width - widthOf(text));
  return align === 'right' ? blanks + text : text + blanks;
}

function widthOf(text: string): number {
  return text.length + (text.match(WIDE)?.length ?? 0);
}
