import type { Command } from 'commander';
import { POLICY_SECTIONS } from '../policy/definitions/index.ts';
import { parameterPage } from '../policy/parameter-page.ts';
import { writeNew } from './new-file.ts';
import { print } from './shell.ts';

export function registerParameters(program: Command): void {
  program
    .command('parameters')
    .description('법령과 시가 정하는 모든 기준값을 근거와 적용 기간과 함께 보인다 (처음 값으로, 데이터베이스 없이)')
    .option('--out <file>', '화면 대신 새 파일로')
    .action(async ({ out }: { out?: string }) => {
      const page = parameterPage(POLICY_SECTIONS);
      if (out === undefined) print(page.trimEnd());
      else await writeNew(out, page);
    });
}
