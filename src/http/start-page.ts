import type { Request, Response } from 'express';
import { formatSeoulDateTime } from '../document/korean-format.ts';
import type { Services } from './services.ts';

/** Facts of the start page, read anew at each call. */
interface StartFacts {
  readonly kind: 'real' | 'demo';
  readonly tradingState: string;
  readonly queue: string;
  readonly database: string;
  readonly cases: number;
}

/** What was found when the service started. */
export interface StartRemarks {
  readonly demoNearby: boolean;
  /** Nothing listens where the demo's accounts are. */
  readonly isExchangeGone: boolean;
}

const STYLE = `
body { font-family: system-ui, 'Noto Sans KR', sans-serif; margin: 2rem auto; max-width: 44rem; padding: 0 1rem; color: #1d1d1d; line-height: 1.6; }
h1 { font-size: 1.6rem; margin-bottom: 0; } p.lead { color: #464c53; margin-top: 0.25rem; }
dl { display: grid; grid-template-columns: 10rem 1fr; gap: 0.25rem 1rem; } dt { color: #464c53; } dd { margin: 0; }
p.mark { background: #fff3db; border: 1px solid #9e6a00; padding: 0.75rem 1rem; border-radius: 0.5rem; }
a { color: #0b50d0; }
`;

/** A plain page that says what runs and where; the console comes in its place. */
export function startPage(services: Services, version: string, remarks: StartRemarks) {
  return async (_request: Request, response: Response): Promise<void> => {
    const facts = await readFacts(services);
    response.type('html').send(page(facts, version, services.startedAt, remarks));
  };
}

export function startPageStyle(_request: Request, response: Response): void {
  response.type('css').send(STYLE);
}

async function readFacts({ database, config }: Services): Promise<StartFacts> {
  const { kind, tradingState } = await database.read.installation.findUniqueOrThrow({ where: { id: 1 } });
  return {
    kind,
    tradingState,
    queue: config.redisUrl === undefined ? 'BullMQ (PostgreSQL)' : 'BullMQ (Redis)',
    database: config.databaseUrl === undefined ? '내장 PostgreSQL' : '외부 PostgreSQL',
    cases: await database.read.seizureCase.count(),
  };
}

const TRADING = { ACTIVE: '정상', REDUCING: '새 주문 중단', HALTED: '모두 중지' } as const;

function page(facts: StartFacts, version: string, startedAt: Date, { demoNearby, isExchangeGone }: StartRemarks): string {
  const trading = Object.entries(TRADING).find(([state]) => state === facts.tradingState)?.[1] ?? facts.tradingState;
  return `<!doctype html>
<html lang="ko">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>청산</title><link rel="stylesheet" href="/start.css"></head>
<body>
<h1>청산 <small>Cheongsan</small></h1>
<p class="lead">지방세 체납자의 가상자산 압류·보관·자진 매각·매각·배분</p>
${facts.kind === 'demo' ? '<p class="mark">연습용 데이터베이스입니다. 모든 사람과 금액은 표본이며 효력이 없습니다. 로그인할 표본 사용자는 <code>npx cheongsan demo-users</code>로 봅니다.</p>' : ''}
${isExchangeGone ? '<p class="mark">이 연습의 거래소가 켜져 있지 않습니다. 거래소에 묻는 작업(매각, 입출금 대조, 시세)은 쉬고 있으며, 기록은 모두 볼 수 있습니다.</p>' : ''}
${demoNearby ? '<p class="mark">연습용 자료가 있습니다. <code>npm start -- --demo</code>로 열어 볼 수 있습니다.</p>' : ''}
<dl>
<dt>버전</dt><dd>${version}</dd>
<dt>시작</dt><dd>${formatSeoulDateTime(startedAt)}</dd>
<dt>데이터베이스</dt><dd>${facts.database}</dd>
<dt>작업 대기열</dt><dd>${facts.queue}</dd>
<dt>거래 상태</dt><dd>${trading}</dd>
<dt>압류 사건</dt><dd>${facts.cases}건</dd>
<dt>API 설명</dt><dd><a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1)</dd>
<dt>상태 확인</dt><dd><a href="/health">/health</a></dd>
</dl>
</body>
</html>
`;
}
