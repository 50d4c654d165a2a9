/** One stop on a won's way. Names rows by id and number, never persons. */
export interface TraceNode {
  readonly what: string;
  /** `case:3`, `order_fill:12` … */
  readonly id: string;
  /** Korean, one line. */
  readonly text: string;
  readonly amountKrw?: string | undefined;
  readonly children: readonly TraceNode[];
}

/** Two figures that come from different sources and must be equal. */
export interface TraceSum {
  readonly text: string;
  readonly left: string;
  readonly right: string;
  readonly agrees: boolean;
}

export interface Trace {
  readonly root: TraceNode;
  readonly sums: readonly TraceSum[];
}

/** The trace as a tree in lines, sums last. */
export function drawTrace({ root, sums }: Trace): string {
  const lines: string[] = [];
  const draw = (node: TraceNode, lead: string, branch: string): void => {
    lines.push(`${lead}${branch}${node.text}${node.amountKrw === undefined ? '' : `  ${grouped(node.amountKrw)}원`}  [${node.id}]`);
    const below = `${lead}${branch === '' ? '' : branch === '└─ ' ? '   ' : '│  '}`;
    for (const [index, child] of node.children.entries()) draw(child, below, index === node.children.length - 1 ? '└─ ' : '├─ ');
  };
  draw(root, '', '');
  lines.push('');
  for (const { text, left, right, agrees } of sums) lines.push(`${agrees ? '✓' : '✗'} ${text}: ${grouped(left)} = ${grouped(right)}`);
  return lines.join('\n');
}

function grouped(figure: string): string {
  const [whole = '', fraction] = figure.split('.');
  const text = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return fraction === undefined ? text : `${text}.${fraction}`;
}
