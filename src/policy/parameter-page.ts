import { type Canonical, canonicalJson } from '../kernel/digest.ts';
import { Rate } from '../kernel/money.ts';
import { initialRows, type PolicyDefinition, type PolicyUnit } from './definition.ts';
import type { PolicySection } from './definitions/index.ts';

/** Longer values are folded away. */
const SHOWN_LENGTH = 160;

/**
 * A page in Markdown that lists every parameter with the values a fresh installation starts with: what it decides, from when to when
 * each value holds, and what it rests on.
 */
export function parameterPage(sections: readonly PolicySection[]): string {
  const count = sections.reduce((sum, { definitions }) => sum + definitions.length, 0);
  return [
    '# 기준값',
    '',
    `법령과 시가 정하는 수 ${count}가지의 처음 값이다. 이 쪽은 \`npx cheongsan parameters\`가 만든다. 지금 시행 중인 값과 바뀐 내력은`,
    '`GET /policies?on=YYYY-MM-DD`에 있고, **시가 정함**인 것은 다른 사람의 결재를 받아 정한 날부터 바꿀 수 있다(`POST /policies/changes`).',
    '**법령을 따름**인 것은 법령이 바뀔 때 근거와 함께 새 값을 더한다. 지난날의 값은 지우지 않는다.',
    '',
    ...sections.map(({ title }) => `- [${title}](#${anchorOf(title)})`),
    ...sections.flatMap(({ title, definitions }) => ['', `## ${title}`, ...definitions.flatMap(drawDefinition)]),
    '',
  ].join('\n');
}

/** As GitHub makes them. */
function anchorOf(title: string): string {
  return title.replaceAll('·', '').replaceAll(' ', '-');
}

function drawDefinition(definition: PolicyDefinition): string[] {
  const { key, title, description, unit, changeable } = definition;
  return [
    '',
    `### ${title}`,
    '',
    `\`${key}\` · ${unit} · ${changeable ? '시가 정함' : '법령을 따름'}`,
    '',
    description,
    '',
    '| 적용 | 값 | 근거 |',
    '|---|---|---|',
    ...initialRows([definition]).map(
      ({ value, validFrom, validTo, source }) =>
        `| ${validFrom} ~ ${validTo ?? ''} | ${folded(cell(shown(value, unit)))} | ${cell(source)} |`,
    ),
  ];
}

function shown(value: Canonical, unit: PolicyUnit): string {
  if (typeof value === 'boolean') return value ? '예' : '아니오';
  if (typeof value === 'number') return `${value}${unit}`;
  if (typeof value !== 'string') return `\`${canonicalJson(value)}\``;
  if (unit === '비율') return `${value} (${Rate.of(value).value.shiftedBy(2).toFixed()}%)`;
  return unit === '원' ? `${value.replace(/\B(?=(\d{3})+$)/g, ',')}원` : value;
}

function folded(text: string): string {
  return text.length <= SHOWN_LENGTH ? text : `<details><summary>보기</summary>${text}</details>`;
}

/** A bar would end the cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
