import type { Command } from 'commander';
import { CheongsanError } from '../kernel/errors.ts';
import { replayDecisions } from '../liquidation/replay.ts';
import { checkInvariants } from '../registers/invariants.ts';
import { print, printJson, withDemoOption, withShell } from './shell.ts';

export function registerVerify(program: Command): void {
  withDemoOption(program.command('verify'))
    .description('장부, 감사 기록, 매각 결정이 온전한지 모두 확인한다')
    .option('--json', '결과를 JSON 한 줄로', false)
    .action((options: { demo: boolean; json: boolean }) =>
      withShell(options, async ({ database }) => {
        const results = await checkInvariants(database);
        const broken = results.filter(({ offending }) => offending.length > 0);
        if (options.json) printJson({ checked: results.length, broken });
        else
          for (const { code, statement, offending } of results)
            print(
              `${offending.length === 0 ? '✓' : '✗'} ${code}  ${statement}${offending.length === 0 ? '' : `  ${offending.join(', ')}`}`,
            );
        if (broken.length > 0)
          throw new CheongsanError(
            'CONFLICT',
            `${broken.length} of ${results.length} invariants do not hold: ${broken.map(({ code }) => code).join(', ')}.`,
          );
      }),
    );
  withDemoOption(program.command('replay'))
    .description('사건의 매각 결정을 저장된 입력으로 다시 계산한다')
    .argument('<case>', '사건 번호')
    .action((number: string, options: { demo: boolean }) =>
      withShell(options, async ({ database }) => {
        const found = await database.read.seizureCase.findUnique({ where: { number } });
        if (found === null) throw new CheongsanError('NOT_FOUND', `There is no case ${number}.`);
        const count = await database.read.saleDecision.count({ where: { caseId: found.id } });
        const different = await replayDecisions(database, found.id);
        if (different.length > 0)
          throw new CheongsanError('CONFLICT', `${different.length} of ${count} decisions come out differently: ${different.join(', ')}.`);
        print(`결정 ${count}건을 다시 계산하였고 모두 같습니다.`);
      }),
    );
}
