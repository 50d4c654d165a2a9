import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { POLICY_SECTIONS } from '../../src/policy/definitions/index.ts';
import { parameterPage } from '../../src/policy/parameter-page.ts';

const page = parameterPage(POLICY_SECTIONS);

test('the page in docs is what the definitions say now; npx cheongsan parameters writes it', async () => {
  expect(await readFile(new URL('../../docs/parameters.md', import.meta.url), 'utf8')).toBe(page);
});

test('every value of every parameter has its days and its source', () => {
  const rows = page.split('\n').filter((line) => /^\| \d{4}-/.test(line));
  expect(rows).toHaveLength(POLICY_SECTIONS.flatMap(({ definitions }) => definitions.flatMap(({ initial }) => initial)).length);
  for (const row of rows) expect(row).toMatch(/^\| \d{4}-\d{2}-\d{2} ~ (\d{4}-\d{2}-\d{2})? \| .+ \| .{4,} \|$/);
});

test('won, rates and choices read as people write them', () => {
  expect(page).toContain('| 2024-01-01 ~  | 450,000원 | 지방세기본법 제55조제4항 |');
  expect(page).toContain('0.03 (3%)');
});
