import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import { civilDate, isCivilDate } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { Won } from '../kernel/money.ts';
import { initialRows } from '../policy/definition.ts';
import { POLICY_DEFINITIONS } from '../policy/definitions/index.ts';
import { PolicySet } from '../policy/policy-set.ts';
import { type PenaltyCase, penaltyStatement } from '../tax/penalty.ts';
import { taxRules } from '../tax/rules.ts';
import { drawPenalty, penaltyJson } from './penalty-report.ts';
import { print, printJson } from './shell.ts';

const day = z.string().refine(isCivilDate, 'a calendar day in the form YYYY-MM-DD').transform(civilDate);
const won = z
  .string()
  .regex(/^\d+$/, 'whole won as digits')
  .transform((text) => Won.of(text));

const noticeSchema = z.strictObject({
  arisenOn: day,
  dueOn: day,
  servedOn: day.optional(),
  principalKrw: won,
  surchargeKrw: won.optional(),
  deferrals: z.array(z.strictObject({ from: day, to: day })).default([]),
  payments: z.array(z.strictObject({ on: day, krw: won })).default([]),
});

type Notice = z.output<typeof noticeSchema>;

async function readNotice(path: string): Promise<Notice> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new CheongsanError('NOT_FOUND', `${path} cannot be read; name the JSON file of a notice.`, { cause });
  });
  const parsed = noticeSchema.safeParse(parseJson(text, path));
  if (parsed.success) return parsed.data;
  const reasons = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  throw new CheongsanError('INPUT_INVALID', `${path} is no notice. ${reasons}`);
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CheongsanError('FILE_FORMAT', `${path} is no JSON; see docs/formats.md for the form of a notice.`, { cause });
  }
}

export function registerPenalty(program: Command): void {
  program
    .command('penalty')
    .description('고지 한 건의 납부지연가산세를 달마다 밝힌다 (법령 기준값으로, 데이터베이스 없이)')
    .requiredOption('--notice <file>', '고지 내용 JSON 파일')
    .requiredOption('--as-of <day>', '기준일 (YYYY-MM-DD)')
    .option('--json', '결과를 JSON 한 줄로', false)
    .action(async (options: { notice: string; asOf: string; json: boolean }) => {
      const notice = await readNotice(options.notice);
      const asOf = civilDate(options.asOf);
      const { penaltyRulesFor, calendar } = taxRules(new PolicySet(initialRows(POLICY_DEFINITIONS)));
      const rules = penaltyRulesFor(notice.arisenOn);
      const statement = penaltyStatement(caseOf(notice), asOf, rules, calendar);
      if (options.json) printJson(penaltyJson(statement, rules, asOf));
      else print(drawPenalty(statement, rules, asOf));
    });
}

function caseOf(notice: Notice): PenaltyCase {
  return {
    arisenOn: notice.arisenOn,
    dueOn: notice.dueOn,
    servedOn: notice.servedOn,
    principal: notice.principalKrw,
    surcharge: notice.surchargeKrw ?? Won.zero,
    deferrals: notice.deferrals.map((deferral) => ({ kind: 'collection' as const, ...deferral })),
    payments: notice.payments.map(({ on, krw }) => ({ on, amount: krw })),
    isWithholdingAgent: false,
  };
}
