import { type Command, InvalidArgumentError, Option } from 'commander';
import { type RecordedBars, recordMarket } from '../exchange/record-market.ts';
import { systemClock } from '../kernel/clock.ts';
import { paperExchangeOptions } from '../paper-exchange/options.ts';
import { startPaperExchange } from '../paper-exchange/server.ts';
import { PAPER_VENUES, type PaperVenueCode } from '../paper-exchange/venue-face.ts';
import { print, shellLog } from './shell.ts';

interface PaperOptions {
  readonly venue: PaperVenueCode;
  readonly instant: boolean;
  readonly port: number;
  readonly seed: string;
  readonly folder?: string;
  readonly state?: string;
  readonly operatorToken: string;
}

const OPERATOR_TOKEN_LENGTH_MIN = 16;
const PORT_MAX = 65_535;
/** Answers as late as a real exchange's. */
const LATENCY = { medianMs: 40, p99Ms: 400 };

function instant(text: string): Date {
  const parsed = new Date(text);
  if (Number.isNaN(parsed.getTime())) throw new InvalidArgumentError('시각은 2026-01-05T00:00:00Z 와 같이 적습니다.');
  return parsed;
}

/** As the exchange takes it, said before it is started. */
function operatorToken(text: string): string {
  if (text.length < OPERATOR_TOKEN_LENGTH_MIN) throw new InvalidArgumentError(`운영자 암호는 ${OPERATOR_TOKEN_LENGTH_MIN}자 이상입니다.`);
  return text;
}

function port(text: string): number {
  const parsed = Number(text);
  if (!/^\d{1,5}$/.test(text) || parsed > PORT_MAX) throw new InvalidArgumentError(`포트는 0에서 ${PORT_MAX}까지의 정수입니다.`);
  return parsed;
}

export function registerMarket(program: Command): void {
  const market = program.command('market').description('시세 기록과 연습용 거래소');
  market
    .command('record')
    .description('거래소의 공개 분봉이나 시간봉을 내려받아 보관한다 (인터넷 연결 필요)')
    .requiredOption('--symbols <list>', '시장 이름, 쉼표로 구분 (예: KRW-BTC,KRW-ETH)', (text) => text.split(','))
    .requiredOption('--from <instant>', '시작 시각', instant)
    .requiredOption('--to <instant>', '끝 시각 (포함하지 않음)', instant)
    .requiredOption('--folder <path>', '보관할 폴더')
    .addOption(new Option('--bars <length>', '봉의 길이: 1m 분봉, 1h 시간봉').choices(['1m', '1h']).default('1m'))
    .option('--base-url <url>', '거래소 주소')
    .action(async (options: { symbols: string[]; from: Date; to: Date; folder: string; bars: RecordedBars; baseUrl?: string }) => {
      const { baseUrl, ...rest } = options;
      const recordings = await recordMarket({
        ...rest,
        ...(baseUrl === undefined ? {} : { baseUrl }),
        clock: systemClock,
        log: shellLog(),
        onProgress: ({ symbol, partsDone, partsTotal }) => process.stderr.write(`\r${symbol} ${partsDone}/${partsTotal}   `),
      });
      process.stderr.write('\n');
      for (const { symbol, file, barCount } of recordings) print(`${symbol}  ${barCount}개 봉  ${file}`);
    });
  market
    .command('paper')
    .description('연습용 거래소를 켠다 (다섯 거래소 가운데 하나와 같은 형식, 실제 돈과 코인 없음)')
    .addOption(new Option('--venue <code>', '흉내 낼 거래소').choices(PAPER_VENUES).default('upbit'))
    .option('--instant', '실제 거래소와 같은 응답 지연을 두지 않는다', false)
    .option('--port <number>', '포트', port, 8090)
    .option('--seed <text>', '시장의 씨앗', '1')
    .option('--folder <path>', '기록된 분봉 폴더; 없으면 만들어 낸 시장')
    .option('--state <file>', '다시 켜도 이어지도록 상태를 적는 파일')
    .requiredOption('--operator-token <text>', `운영자 암호 (${OPERATOR_TOKEN_LENGTH_MIN}자 이상)`, operatorToken)
    .action(async (options: PaperOptions) => {
      const settings = paperExchangeOptions.parse({
        venue: options.venue,
        ...(options.instant ? {} : { latency: LATENCY }),
        port: options.port,
        seed: options.seed,
        market: options.folder === undefined ? { kind: 'generated' } : { kind: 'replay', folder: options.folder },
        ...(options.state === undefined ? {} : { stateFile: options.state }),
        operatorToken: options.operatorToken,
      });
      const exchange = await startPaperExchange({ ...settings, clock: systemClock, log: shellLog('info') });
      print(`연습용 거래소가 ${exchange.url} 에서 실행 중입니다. 실제 거래소가 아닙니다.`);
      print(`다른 거래소의 시세는 REFERENCE_VENUES=bithumb=${exchange.url}/bithumb,coinone=${exchange.url}/coinone 으로 읽습니다.`);
      await new Promise<void>((resolve) => {
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
      });
      await exchange.stop();
    });
}
