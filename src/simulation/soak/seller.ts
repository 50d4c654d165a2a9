import { createInterface } from 'node:readline';
import { accountDueSource } from '../../custody/due.ts';
import { tendAccount } from '../../custody/tend.ts';
import { openDatabase } from '../../database/open.ts';
import type { Database } from '../../database/work.ts';
import type { ExchangePort } from '../../exchange/port.ts';
import { DrivenClock } from '../../kernel/clock.ts';
import { readConfig } from '../../kernel/config.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { createLog, type Log } from '../../kernel/log.ts';
import { loadMasterKey } from '../../kernel/master-key.ts';
import { runDesk } from '../../liquidation/desk.ts';
import { deskDueSource, pausedSaleDueSource, progressCase } from '../../liquidation/progress.ts';
import { lockCase } from '../../seizure/locked-case.ts';
import { ExchangeDirectory } from '../../venue/exchange-directory.ts';
import { standingOfAccount } from './appointments.ts';
import { type IdleReport, orderToWork } from './messages.ts';

/**
 * A process that sells at one account, as the service's workers do, and holds nothing but what the database has: it may be killed at
 * any moment and started again. `node seller.js ACCOUNT`; the instants come over standard input, what is left to do goes out.
 */

interface Seller {
  readonly database: Database;
  readonly port: ExchangePort;
  readonly accountId: number;
  readonly log: Log;
}

/** Does what is due at the clock's instant. Errors: whatever is not the venue's doing. */
async function workAtOnce(seller: Seller): Promise<IdleReport> {
  const { database, port, accountId } = seller;
  await tendIfDue(seller);
  await wakeSales(seller);
  await sellIfDue(seller);
  return { ...(await standingOfAccount(database, accountId)), isBlocked: port.orderBudget().blockedMs > 0 };
}

/** Reads what came and left and compares the balances, as often as the policy says. What the venue refuses is read the next time. */
async function tendIfDue({ database, port, accountId, log }: Seller): Promise<void> {
  if (!(await accountDueSource(database).due(database.clock.now())).includes(accountId)) return;
  try {
    await tendAccount(database, port, accountId);
  } catch (thrown) {
    const isVenue = thrown instanceof CheongsanError && (thrown.code === 'EXCHANGE_UNAVAILABLE' || thrown.code === 'EXCHANGE_REFUSED');
    if (!isVenue) throw thrown;
    log.warn({ err: thrown }, 'the account could not be read');
  }
}

/** Sales that stand paused and may go on. */
async function wakeSales({ database, accountId }: Seller): Promise<void> {
  const due = await pausedSaleDueSource(database).due(database.clock.now());
  if (due.length === 0) return;
  const own = await database.read.liquidation.findMany({
    where: { caseId: { in: [...due] }, venueAccountId: accountId },
    select: { caseId: true },
    orderBy: { caseId: 'asc' },
  });
  for (const { caseId } of own) {
    await database.work({ kind: 'system', part: 'cases' }, async (work) => progressCase(work, await lockCase(work, caseId)));
  }
}

async function sellIfDue(seller: Seller): Promise<void> {
  const { database, accountId } = seller;
  if ((await deskDueSource(database).due(database.clock.now())).includes(accountId)) await runDesk(seller);
}

async function main(accountId: number): Promise<void> {
  const config = readConfig(process.env);
  const log = createLog({ level: config.logLevel, destination: process.stderr });
  const clock = new DrivenClock(new Date(0));
  const access = { applicationUrl: config.databaseUrl ?? '', ownerUrl: undefined, kind: 'demo' } as const;
  const database = await openDatabase(access, clock, log);
  const keys = await loadMasterKey(config, false);
  const openLine = () => new ExchangeDirectory({ database, keys, log }).exchangeFor(accountId);
  let port = await openLine();
  process.stdout.write('{}\n');
  for await (const line of createInterface({ input: process.stdin })) {
    clock.advanceTo(new Date(orderToWork.parse(JSON.parse(line)).at));
    const report = await workAtOnce({ database, port, accountId, log });
    process.stdout.write(`${JSON.stringify(report)}\n`);
    // A block is told in real time, which the driven clock passes: a line that is opened anew knows of none.
    if (report.isBlocked) port = await openLine();
  }
  await database.close();
}

process.exitCode = 1;
await main(Number(process.argv[2]));
process.exitCode = 0;
