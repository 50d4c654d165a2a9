import type { Transaction } from '../database/work.ts';

/**
 * What wallets of these cases still hold or have on its way, in words; a case whose wallets are empty, or no longer its own, is absent.
 * What was never read may hold something.
 */
export async function walletsHeld(tx: Pick<Transaction, '$queryRaw'>, caseIds: readonly number[]): Promise<ReadonlyMap<number, string>> {
  const rows = await tx.$queryRaw<{ caseId: number; what: string }[]>`
    SELECT w.case_id AS "caseId", 'coins of wallet ' || w.id || ' that nobody has been credited with, deposit ' || d.id AS what
      FROM seized_wallet w JOIN wallet_sweep s ON s.wallet_id = w.id JOIN wallet_transfer t ON t.sweep_id = s.id
      JOIN wallet_transfer_hash h ON h.transfer_id = t.id
      JOIN venue_deposit d ON d.asset = h.asset AND d.transaction_id = h.transaction_id AND d.state = 'unidentified'
     WHERE w.case_id = ANY (${[...caseIds]}::int[])
    UNION ALL
    SELECT w.case_id, 'a sweep of wallet ' || w.id || ' asked for or under way'
      FROM seized_wallet w JOIN wallet_sweep s ON s.wallet_id = w.id AND s.state IN ('requested', 'approved')
     WHERE w.case_id = ANY (${[...caseIds]}::int[])
    UNION ALL
    SELECT w.case_id, t.quantity || ' ' || t.asset || ' of wallet ' || w.id || ' on its way to the exchange'
      FROM seized_wallet w JOIN wallet_sweep s ON s.wallet_id = w.id JOIN wallet_transfer t ON t.sweep_id = s.id
     WHERE w.case_id = ANY (${[...caseIds]}::int[]) AND w.ended_at IS NULL AND t.state = 'settled' AND t.is_reverted IS NOT TRUE
       AND NOT EXISTS (SELECT 1 FROM venue_deposit d WHERE d.asset = t.asset AND d.transaction_id = t.transaction_hash)
    UNION ALL
    SELECT w.case_id, 'coins on wallet ' || w.id || ', or it was never read; sweep it, or hand it back'
      FROM seized_wallet w LEFT JOIN LATERAL (
             SELECT r.quantities FROM wallet_reading r WHERE r.wallet_id = w.id AND r.orphaned_at IS NULL
              ORDER BY r.taken_at DESC, r.id DESC LIMIT 1) last ON true
     WHERE w.case_id = ANY (${[...caseIds]}::int[]) AND w.ended_at IS NULL AND w.state <> 'emptied'
       AND (last.quantities IS NULL OR EXISTS (SELECT 1 FROM jsonb_each_text(last.quantities) q WHERE q.value::numeric > 0))
    ORDER BY 1, 2`;
  return new Map(rows.toReversed().map(({ caseId, what }) => [caseId, what]));
}
