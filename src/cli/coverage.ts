import { type Command, Option } from 'commander';
import { coverageHistory, latestCoverage, worstCoverage } from '../liquidation/coverage-view.ts';
import { caseNamed } from '../seizure/case-named.ts';
import { COVERAGE_STANDINGS, type CoverageStanding } from '../valuation/coverage/result.ts';
import { drawCaseCoverage, drawCoverageList } from './coverage-text.ts';
import { print, printJson, type Shell, withDemoOption, withShell } from './shell.ts';

const CASES_MAX = 500;
const HISTORY_MAX = 10;

interface CoverageOptions {
  readonly demo: boolean;
  readonly json: boolean;
  readonly standing?: CoverageStanding;
}

export function registerCoverage(program: Command): void {
  withDemoOption(program.command('coverage'))
    .description('매각 예정일에 체납액을 모두 충당할 가능성을 낮은 사건부터 보인다')
    .argument('[case]', '사건 번호 또는 행 번호 (없으면 팔 자산이 있는 사건 모두)')
    .addOption(new Option('--standing <word>', '이 판단의 사건만').choices(COVERAGE_STANDINGS))
    .option('--json', '결과를 JSON 한 줄로', false)
    .action((named: string | undefined, options: CoverageOptions) =>
      withShell(options, (shell) => (named === undefined ? printCases(shell, options) : printCase(shell, named, options))),
    );
}

async function printCases({ database }: Shell, { json, standing }: CoverageOptions): Promise<void> {
  const cases = await worstCoverage(database.read, { standing }, CASES_MAX);
  if (json) printJson({ cases });
  else print(drawCoverageList(cases));
}

async function printCase({ database }: Shell, named: string, { json }: CoverageOptions): Promise<void> {
  const { id, number } = await caseNamed(database.read, named);
  const latest = await latestCoverage(database.read, id);
  const history = await coverageHistory(database.read, id, { limit: HISTORY_MAX });
  if (json) printJson({ caseId: id, number, latest: latest ?? null, history });
  else print(latest === undefined ? `사건 ${number}의 충당 가능성은 아직 계산되지 않았습니다.` : drawCaseCoverage(number, latest, history));
}
