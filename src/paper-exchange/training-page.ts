import { seoulClock } from './wire-format.ts';

/** In every answer, so that nobody takes one for a real venue's. */
export const PAPER_MARK = { 'X-Paper-Exchange': 'true' } as const;

const NAMES: Readonly<Record<string, string>> = { upbit: '업비트', bithumb: '빗썸', coinone: '코인원', korbit: '코빗', gopax: '고팍스' };

/** What somebody finds who opens the exchange's address in a browser. `sinceMs` is when this market first opened, by the exchange's clock. */
export function trainingPage(venue: string, sinceMs: number): string {
  const name = NAMES[venue] ?? venue;
  const since = seoulClock(sinceMs).slice(0, 19).replace('T', ' ');
  return `<!doctype html>
<html lang="ko">
<head><meta charset="utf-8"><title>교육용 모의 거래소 (${name})</title></head>
<body>
<h1>교육용 모의 거래소</h1>
<p>${name}의 연동 규격(API)을 흉내 내는 연습용 거래소입니다. 실제 거래소가 아니며, 실제 가상자산이나 돈은 움직이지 않습니다.</p>
<p>개장: ${since} (이 거래소의 시계, 한국 시간)</p>
<p>모든 응답에는 <code>X-Paper-Exchange: true</code> 헤더가 붙습니다.</p>
</body>
</html>
`;
}
