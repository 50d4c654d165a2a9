import { appendAudit } from '../audit/append.ts';
import { readFingerprint } from '../database/open.ts';
import type { Actor, Database } from '../database/work.ts';
import { raiseAlert } from '../intent/alert.ts';

const STARTER: Actor = { kind: 'system', part: 'start' };
const MARK = 'restored:';

/**
 * To be called once at every start, before anything is sent. A database that runs in another cluster, history or under another
 * name than last time is a restored or copied one: it lacks what happened after its backup, so trading is HALTED for the whole
 * installation until every account was compared with its exchange and somebody approved to go on. True when it was halted now.
 */
export async function haltWhenRestored(database: Database): Promise<boolean> {
  const fingerprint = await readFingerprint(database);
  return database.work(STARTER, async (work) => {
    await work.tx.$queryRaw`SELECT 1 FROM installation WHERE id = 1 FOR NO KEY UPDATE`;
    const before = await work.tx.installation.findUniqueOrThrow({ where: { id: 1 } });
    if (before.fingerprint === fingerprint) return false;
    const reason = before.fingerprint.startsWith(MARK)
      ? '백업에서 복원되었습니다. 거래소와 대조한 뒤 해제하십시오.'
      : '다른 데이터베이스에서 옮겨졌거나 복원되었습니다. 거래소와 대조한 뒤 해제하십시오.';
    await work.tx.installation.update({ where: { id: 1 }, data: { fingerprint, tradingState: 'HALTED', tradingStateReason: reason } });
    await work.tx.venueAccount.updateMany({ data: { reconciledAt: null } });
    await appendAudit(work, {
      stream: 'system',
      action: 'trading.halted_after_restore',
      subject: 'installation:1',
      before: { fingerprint: before.fingerprint, state: before.tradingState },
      after: { fingerprint, state: 'HALTED' },
      payload: { from: before.tradingState, to: 'HALTED', previousFingerprint: before.fingerprint, fingerprint },
    });
    await raiseAlert(work, {
      code: 'restored_database',
      severity: 'critical',
      subject: 'installation:1',
      text: `거래를 모두 중지했습니다. ${reason}`,
      facts: { previousFingerprint: before.fingerprint, fingerprint },
    });
    return true;
  });
}

/**
 * Leaves the mark by which the next start knows a restore that changed neither cluster nor database, such as a restore in place
 * or of the cluster's files. Restoring ends with this.
 */
export async function markRestored(database: Database): Promise<void> {
  await database.work({ kind: 'system', part: 'restore' }, async (work) => {
    const fingerprint = `${MARK}${work.at.toISOString()}`;
    const before = await work.tx.installation.findUniqueOrThrow({ where: { id: 1 } });
    await work.tx.installation.update({ where: { id: 1 }, data: { fingerprint } });
    await appendAudit(work, {
      stream: 'system',
      action: 'installation.restored',
      subject: 'installation:1',
      before: { fingerprint: before.fingerprint },
      after: { fingerprint },
    });
  });
}
