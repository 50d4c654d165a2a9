import type { Services } from '../src/http/services.ts';
import { runDesk } from '../src/liquidation/desk.ts';

/** `desk:ACCOUNT`: settle what is open there, then let each due sale take its step. */
export async function answerDesk(services: Services, accountId: number): Promise<void> {
  const { database, exchanges, log } = services;
  await runDesk({ database, port: await exchanges.exchangeFor(accountId), accountId, log });
}
