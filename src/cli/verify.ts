import type { Command } from 'commander';
import { isUntouched } from '../audit/verify.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { replayCoverage } from '../liquidation/coverage-replay.ts';
import { replaySales } from '../liquidation/replay.ts';
import { checkInvariants, type InvariantResult } from '../registers/invariants.ts';
import { caseNamed } from '../seizure/case-named.ts';
import { print, printJson, withDemoOption, withShell } from './shell.ts';

export function registerVerify(program: Command): void {
  withDemoOption(program.command('verify'))
    .description('장부, 감사 기록, 매각 결정이 온전한지 모두 확인한다')
    .option('--json', '결과를 JSON 한 줄로', false)
    .action((options: { demo: boolean; json: boolean }) =>
      withShell(options, async ({ database }) => {
        const results = await checkInvariants(database);
        const broken = results.filter(({ offending }) => offending.length > 0);
        const empty = await isUntouched(database);
        if (options.json) printJson({ checked: results.length, empty, broken });
        else if (empty) print('아직 아무것도 기록되지 않은 새 데이터베이스입니다. 확인할 기록이 없습니다.');
        else {
          for (const result of results) print(line(result));
          if (broken.length === 0) print(`${results.length}가지가 모두 지켜지고 있습니다.`);
        }
        if (broken.length > 0)
          throw new CheongsanError(
            'CONFLICT',
            `${broken.length} of ${results.length} invariants do not hold: ${broken.map(({ code }) => code).join(', ')}.`,
          );
      }),
    );
  withDemoOption(program.command('replay'))
    .description('사건의 매각 결정과 계획, 배분을 저장된 입력으로 다시 계산한다')
    .argument('<case>', '사건 번호 또는 행 번호')
    .action((named: string, options: { demo: boolean }) =>
      withShell(options, async ({ database }) => {
        const { id: caseId } = await caseNamed(database.read, named);
        const { count, differences } = await replaySales(database, caseId);
        const readings = await database.read.coverageReading.count({ where: { caseId } });
        const coverage = (await replayCoverage(database, caseId)).map((subject) => ({ subject, what: 'comes out differently' }));
        const [first] = [...differences, ...coverage];
        if (first !== undefined)
          throw new CheongsanError(
            'CONFLICT',
            `${differences.length + coverage.length} of ${count + readings} decisions, plans, divisions and coverage readings come out differently; the first is ${first.subject}: ${first.what}.`,
          );
        print(`매각 결정·계획·공동 주문의 배분 ${count}건과 충당 위험 판단 ${readings}건을 다시 계산하였고 모두 같습니다.`);
      }),
    );
}

function line({ code, statement, offending }: InvariantResult): string {
  return offending.length === 0 ? `✓ ${code}  ${statement}` : `✗ ${code}  ${statement}  ${offending.join(', ')}`;
}
