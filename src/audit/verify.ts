import type { Database } from '../database/work.ts';

/** What may be wrong with a log, in the words of whoever has to ask about it. */
export const AUDIT_FINDING_TITLES = {
  EMPTY: '감사 기록이 모두 사라짐',
  SEQUENCE_GAP: '앞의 기록이 빠짐',
  CHAIN_BROKEN: '앞의 기록과 이어지지 않음',
  HASH_WRONG: '기록의 내용이 바뀜',
  HEAD_DIFFERS: '끝의 기록이 빠지거나 더해짐',
  SEAL_BROKEN: '전체 차례의 번호가 바뀜',
  UNSEALED: '전체 차례에서 빠짐',
} as const;

export interface AuditFinding {
  readonly code: keyof typeof AUDIT_FINDING_TITLES;
  readonly where: string;
}

interface Finding {
  code: AuditFinding['code'];
  place: string;
}

/**
 * True for a database in which nothing has happened yet: no event was ever given an id, and there is no row that an event would
 * have to tell of. Whoever empties a log leaves one or the other behind.
 */
export async function isUntouched(database: Database): Promise<boolean> {
  const [found] = await database.read.$queryRaw<{ untouched: boolean }[]>`
    SELECT pg_sequence_last_value(pg_get_serial_sequence('audit_event', 'id')::regclass) IS NULL
       AND NOT EXISTS (SELECT 1 FROM audit_event) AND NOT EXISTS (SELECT 1 FROM audit_stream)
       AND NOT EXISTS (SELECT 1 FROM policy_value) AND NOT EXISTS (SELECT 1 FROM user_account)
       AND NOT EXISTS (SELECT 1 FROM person) AND NOT EXISTS (SELECT 1 FROM import_file)
       AND NOT EXISTS (SELECT 1 FROM ledger_entry) AS untouched`;
  return found?.untouched === true;
}

/**
 * Recomputes every hash, chain and seal inside the database. An empty log is a finding, since a service that ran has events, unless
 * nothing has happened yet at all.
 */
export async function verifyAuditLog(database: Database): Promise<AuditFinding[]> {
  const count = await database.read.auditEvent.count();
  if (count === 0) return (await isUntouched(database)) ? [] : [{ code: 'EMPTY', where: 'audit_event' }];
  const chains = await database.read.$queryRaw<Finding[]>`
    SELECT f.code, f.stream || '#' || f.sequence AS place FROM (
      SELECT stream, sequence, CASE
               WHEN sequence <> row_number() OVER w THEN 'SEQUENCE_GAP'
               WHEN previous_hash <> coalesce(lag(hash) OVER w, repeat('0', 64)) THEN 'CHAIN_BROKEN'
               WHEN hash <> audit_hash(previous_hash, stream, sequence, occurred_at, actor, action, subject,
                                       before_digest, after_digest, record_digest, payload) THEN 'HASH_WRONG'
             END AS code
        FROM audit_event WINDOW w AS (PARTITION BY stream ORDER BY sequence)) f
     WHERE f.code IS NOT NULL LIMIT 100`;
  const heads = await database.read.$queryRaw<Finding[]>`
    SELECT 'HEAD_DIFFERS' AS code, coalesce(s.stream, e.stream) AS place
      FROM audit_stream s
      FULL JOIN (SELECT DISTINCT ON (stream) stream, sequence, hash FROM audit_event ORDER BY stream, sequence DESC) e ON e.stream = s.stream
     WHERE e.hash IS DISTINCT FROM s.last_hash OR e.sequence IS DISTINCT FROM s.last_sequence LIMIT 100`;
  const seals = await database.read.$queryRaw<Finding[]>`
    SELECT 'SEAL_BROKEN' AS code, '#' || f.number AS place FROM (
      SELECT a.number, a.seal, a.previous_seal, e.hash, row_number() OVER w AS expected, coalesce(lag(a.seal) OVER w, repeat('0', 64)) AS expected_previous
        FROM audit_seal a LEFT JOIN audit_event e ON e.id = a.event_id WINDOW w AS (ORDER BY a.number)) f
     WHERE f.number <> f.expected OR f.previous_seal <> f.expected_previous
        OR f.seal IS DISTINCT FROM encode(sha256(convert_to(f.previous_seal || ',' || f.number || ',' || f.hash, 'UTF8')), 'hex') LIMIT 100`;
  // An event waits for its number or has it; what is neither was taken out of the order in which everything happened.
  const unsealed = await database.read.$queryRaw<Finding[]>`
    SELECT 'UNSEALED' AS code, e.stream || '#' || e.sequence AS place
      FROM audit_event e LEFT JOIN audit_seal s ON s.event_id = e.id LEFT JOIN audit_unsealed u ON u.event_id = e.id
     WHERE (s.event_id IS NULL) = (u.event_id IS NULL) LIMIT 100`;
  return [...chains, ...heads, ...seals, ...unsealed].map(({ code, place }) => ({ code, where: place }));
}
