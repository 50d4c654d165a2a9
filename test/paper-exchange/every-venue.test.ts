import { describe, expect, it } from 'vitest';
import { DrivenClock } from '../../src/kernel/clock.ts';
import { FAULT_KINDS } from '../../src/paper-exchange/faults.ts';
import { startPaperExchange } from '../../src/paper-exchange/server.ts';
import { PAPER_VENUES } from '../../src/paper-exchange/venue-face.ts';
import { ADAPTER_MAKERS } from '../../src/venue/exchange-directory.ts';
import { START } from './support.ts';

const LOST: ReadonlySet<string> = new Set(['lost_before_acceptance', 'lost_after_acceptance']);
/** The body that no venue has: the exchange itself failed to answer. */
const OWN_FAILURE = /"internal_server_error","message":"[A-Z_]+"/;

describe.each(PAPER_VENUES)('%s', (venue) => {
  it('has an answer to every kind of fault', async () => {
    const exchange = await startPaperExchange({ venue, clock: new DrivenClock(START) });
    for (const kind of FAULT_KINDS) {
      await exchange.operator.injectFault({ kind, target: 'all', silenceMs: 1 });
      const answer = fetch(`${exchange.url}/no/such/path`);
      if (LOST.has(kind)) {
        await expect(answer, kind).rejects.toThrow('fetch failed');
        continue;
      }
      const response = await answer;
      const text = await response.text();
      expect(response.headers.get('X-Paper-Exchange'), kind).toBe('true');
      expect(text, kind).not.toMatch(OWN_FAILURE);
      expect(text === '', kind).toBe(kind === 'empty_answer');
    }
    const struck = await exchange.operator.faultsStruck();
    expect(Object.keys(struck).sort()).toEqual([...FAULT_KINDS].sort());
    expect(new Set(Object.values(struck))).toEqual(new Set([1]));
    await exchange.stop();
  });

  it('shows a customer at its site where each coin is sent, over which network, as its interface tells it where it does', async () => {
    const clock = new DrivenClock(START);
    const exchange = await startPaperExchange({ venue, clock });
    const given = { accountId: 'city', accessKey: 'access-key-of-the-city', secretKey: 'secret-key-of-the-city' };
    await exchange.operator.openCorporateAccount(given);
    const shown = await exchange.operator.depositAddresses({ accountId: 'city' });
    expect(shown.find(({ asset }) => asset === 'BTC')).toMatchObject({ network: 'BTC', secondaryAddress: null });
    expect(shown.find(({ asset }) => asset === 'XRP')?.secondaryAddress).toMatch(/^\d+$/);
    await expect(exchange.operator.depositAddresses({ accountId: 'nobody' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const port = ADAPTER_MAKERS[venue]({ ...given, baseUrl: exchange.url, timeoutMs: 10_000, clock });
    for (const { asset, address, secondaryAddress } of await port.depositAddresses()) {
      expect(shown).toContainEqual(expect.objectContaining({ asset, address, secondaryAddress: secondaryAddress ?? null }));
    }
    await exchange.stop();
  });

  it('says at its root whose training exchange it is and since when, and marks every answer', async () => {
    const exchange = await startPaperExchange({ venue, clock: new DrivenClock(START), operatorToken: 'token-of-the-operator' });
    const response = await fetch(`${exchange.url}/`);
    const page = await response.text();
    expect(response.status).toBe(200);
    expect(response.headers.get('Content-Type')).toContain('text/html');
    expect(page).toContain('교육용 모의 거래소');
    expect(page).toContain('2026-01-05 12:00:20');
    const names = { upbit: '업비트', bithumb: '빗썸', coinone: '코인원', korbit: '코빗', gopax: '고팍스' };
    expect(page).toContain(names[venue]);
    const paths = ['/', '/no/such/path', '/bithumb/v1/market/all', '/operator/totals'];
    const answers = await Promise.all(paths.map((path) => fetch(`${exchange.url}${path}`)));
    for (const { headers } of answers) expect(headers.get('X-Paper-Exchange')).toBe('true');
    expect(await exchange.operator.statistics()).toMatchObject({ requests: 2 });
    await exchange.stop();
  });
});
