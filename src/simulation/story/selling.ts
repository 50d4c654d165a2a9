import { z } from 'zod';
import { CheongsanError } from '../../kernel/errors.ts';
import { Won } from '../../kernel/money.ts';
import { approveAll, type CaseRow, casesIn, toAll } from './answers.ts';
import { type BankMovement, handInStatement } from './bank.ts';
import { taxpayerOf } from './letters.ts';
import { nextWorkingMorning, type Stage, today } from './stage.ts';

const owing = z.object({ owedTodayKrw: z.string() });
const gate = z.object({ open: z.boolean(), denials: z.array(z.object({ code: z.string() })) });

/** Longer than the window, a public notice before it, and the sale itself. */
const SALE_WORKING_DAYS_MAX = 80;
const BEFORE_SALE = ['sale_noticed', 'voluntary_window'] as const;
const UNTIL_SOLD = [...BEFORE_SALE, 'cleared_for_sale', 'selling'] as const;

async function casesInAny(stage: Stage, phases: readonly string[]): Promise<CaseRow[]> {
  const found: CaseRow[] = [];
  for (const phase of phases) found.push(...(await casesIn(stage, phase)));
  return found;
}

/** Some pay what they owe, some write that the city may sell at once, most say nothing. */
export async function useWindow(stage: Stage): Promise<void> {
  const open = await casesIn(stage, 'voluntary_window');
  const letSell: CaseRow[] = [];
  const payments: BankMovement[] = [];
  for (const each of open) {
    const taxpayer = await taxpayerOf(stage, { subject: `case:${each.id}` });
    if (taxpayer.window === 'lets_city_sell') letSell.push(each);
    if (taxpayer.window !== 'pays') continue;
    const { owedTodayKrw } = owing.parse(await stage.office.get(`/cases/${each.id}`, stage.cast.officer));
    payments.push({ direction: 'in', amount: Won.of(owedTodayKrw), remark: each.number, counterpart: taxpayer.name });
  }
  await handInStatement(stage, payments);
  await toAll(stage, '/window-choices', {
    items: letSell.map(({ id, number }) => ({ caseId: id, kind: 'let_city_sell', madeOn: today(stage), reference: `표본-접수-${number}` })),
    official: stage.cast.officer,
    result: z.unknown(),
  });
  await stage.driver.untilIdle();
  stage.tell(`자진 납부 ${payments.length}건, 즉시 매각 동의 ${letSell.length}건을 받았습니다.`);
}

/** Leave to sell is asked for while the windows run, so that nothing waits for a signature afterwards. */
export async function giveLeaveToSell(stage: Stage): Promise<void> {
  const waiting = await casesInAny(stage, BEFORE_SALE);
  await toAll(stage, '/mandates', {
    items: waiting.map(({ id }) => id),
    common: { reason: '자진 매각 기간이 끝난 뒤의 매각 (표본)' },
    official: stage.cast.officer,
    result: z.unknown(),
  });
  stage.tell(`매각 위임 ${await approveAll(stage, 'sale_mandate')}건을 결재하였습니다.`);
}

/** Lets the days pass until everything is sold. What stays unsold is a fault of the story and said with the gate's reasons. */
export async function letWorkersSell(stage: Stage): Promise<void> {
  for (let days = 0; days < SALE_WORKING_DAYS_MAX; days++) {
    const unsold = await casesInAny(stage, UNTIL_SOLD);
    if (unsold.length === 0) {
      stage.tell('매각을 모두 마쳤습니다.');
      return;
    }
    await nextWorkingMorning(stage);
  }
  const left = await casesInAny(stage, UNTIL_SOLD);
  const reasons = new Set<string>();
  for (const { id } of left) {
    const { denials } = gate.parse(await stage.office.get(`/cases/${id}/gate`, stage.cast.officer));
    reasons.add(denials.map(({ code }) => code).join('+') || 'gate open');
  }
  throw new CheongsanError(
    'INTERNAL',
    `${left.length} cases are still unsold after ${SALE_WORKING_DAYS_MAX} working days (${[...reasons].join(', ')}).`,
  );
}
