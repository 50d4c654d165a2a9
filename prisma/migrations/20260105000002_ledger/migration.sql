-- The ledger's own rules. Everything here runs as the owner; the application role may call the posting functions and read.

INSERT INTO ledger_chart (code, name, normal_side, guarded, asset_class) VALUES
  ('1110', '보관 가상자산 - 보유',              'debit',  true,  'coin'),
  ('1120', '보관 가상자산 - 주문 중',            'debit',  true,  'coin'),
  ('1130', '보관 가상자산 - 반환 이체 중',        'debit',  true,  'coin'),
  ('1140', '미확인 입금 가상자산',               'debit',  true,  'coin'),
  ('1150', '압류 가상자산 - 이전 미이행',         'debit',  true,  'coin'),
  ('1180', '회수할 무단 출고 자산',              'debit',  true,  'any'),
  ('1190', '원인불명 차이',                     'debit',  false, 'any'),
  ('1210', '거래소 원화 - 사건별',               'debit',  true,  'venue_won'),
  ('1220', '거래소 원화 - 출금 중',              'debit',  true,  'venue_won'),
  ('1240', '미확인 입금 거래소 원화',             'debit',  true,  'venue_won'),
  ('1290', '거래소 원화 - 원 미만 단수',          'debit',  true,  'venue_won'),
  ('1310', '세입세출외현금 예금',                'debit',  true,  'won'),
  ('1340', '미확인 입금 예금',                  'debit',  true,  'won'),
  ('1410', '미수 지방세 - 본세',                'debit',  true,  'won'),
  ('1420', '미수 지방세 - 가산세',               'debit',  true,  'won'),
  ('1430', '미수 지방세 - 납부지연가산세',         'debit',  true,  'won'),
  ('1510', '시금고 세입',                      'debit',  true,  'won'),
  ('1610', '네트워크 수수료 선급금',             'debit',  true,  'coin'),
  ('2110', '압류재산 반환·환가 의무',            'credit', true,  'coin'),
  ('2140', '미확인 입금 가상자산 반환 의무',       'credit', true,  'coin'),
  ('2210', '매각대금 - 거래소 보관',             'credit', true,  'venue_won'),
  ('2240', '미확인 입금 거래소 원화 반환 의무',     'credit', true,  'venue_won'),
  ('2290', '원 미만 단수 예수',                 'credit', true,  'venue_won'),
  ('2310', '미배분 징수금',                     'credit', true,  'won'),
  ('2320', '배분 확정액',                       'credit', true,  'won'),
  ('2330', '반환할 잉여금',                     'credit', true,  'won'),
  ('2340', '미확인 입금 예수금',                 'credit', true,  'won'),
  ('3110', '시 자체 재원',                     'credit', true,  'any'),
  ('4110', '징수결정액',                        'credit', false, 'won'),
  ('4120', '납부지연가산세 징수결정액',           'credit', false, 'won'),
  ('4130', '타 기관 수납·감액',                 'debit',  false, 'won'),
  ('5110', '체납처분비',                        'debit',  true,  'venue_won'),
  ('5120', '체납처분비 - 네트워크 수수료',        'debit',  true,  'coin');

-- An account that is guarded never stands on its wrong side. What happened outside is booked past this by ledger_post with
-- a spill account, never by loosening the guard.
ALTER TABLE ledger_balance ADD CONSTRAINT ledger_overdraft CHECK (balance * guard >= 0);
ALTER TABLE ledger_balance ALTER COLUMN balance SET DEFAULT 0;
ALTER TABLE ledger_balance SET (fillfactor = 80);
ALTER TABLE ledger_line ADD CONSTRAINT ledger_line_not_empty CHECK (amount <> 0);
ALTER TABLE ledger_period ADD CONSTRAINT ledger_period_is_month CHECK (month = date_trunc('month', month));

-- Nobody, the owner included, changes or removes what is booked.
CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'ledger rows are never changed: % on %', TG_OP, TG_TABLE_NAME USING ERRCODE = 'CS010';
END $$;

CREATE TRIGGER ledger_entry_is_final BEFORE UPDATE OR DELETE ON ledger_entry FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_entry_stays BEFORE TRUNCATE ON ledger_entry FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_line_is_final BEFORE UPDATE OR DELETE ON ledger_line FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_line_stays BEFORE TRUNCATE ON ledger_line FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_account_is_final BEFORE UPDATE OR DELETE ON ledger_account FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_account_stays BEFORE TRUNCATE ON ledger_account FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_balance_stays BEFORE DELETE OR TRUNCATE ON ledger_balance FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- Whoever inserts lines: each entry they belong to was written by this very transaction, each account exists, and the lines of one
-- statement balance per entry and asset. Neither entries nor accounts are ever removed, so this takes the place of a foreign key
-- checked line by line. What is looked up is looked up row by row through the index: a join's plan, made while the tables were
-- small and kept by the session, would read them whole when they have grown.
ALTER TABLE ledger_line DROP CONSTRAINT ledger_line_entry_id_fkey, DROP CONSTRAINT ledger_line_account_id_fkey;

CREATE FUNCTION ledger_check_lines() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
  v_transaction bigint := pg_current_xact_id()::text::bigint;
  v_bad RECORD;
BEGIN
  SELECT l.entry_id, l.asset, bool_and(l.written_by IS NOT DISTINCT FROM v_transaction) AS is_own INTO v_bad
    FROM (SELECT n.entry_id, n.amount,
                 (SELECT a.asset FROM ledger_account a WHERE a.id = n.account_id) AS asset,
                 (SELECT e.written_by FROM ledger_entry e WHERE e.id = n.entry_id) AS written_by
            FROM new_lines n) l
   GROUP BY l.entry_id, l.asset
  HAVING sum(l.amount) <> 0 OR l.asset IS NULL OR NOT bool_and(l.written_by IS NOT DISTINCT FROM v_transaction)
   LIMIT 1;
  IF NOT FOUND THEN
    RETURN NULL;
  ELSIF NOT v_bad.is_own THEN
    RAISE EXCEPTION 'entry % is complete or was never begun; a late line is refused', v_bad.entry_id USING ERRCODE = 'CS011';
  ELSIF v_bad.asset IS NULL THEN
    RAISE EXCEPTION 'a line of entry % names no account', v_bad.entry_id USING ERRCODE = 'CS004';
  END IF;
  RAISE EXCEPTION 'entry % does not balance', v_bad.entry_id USING ERRCODE = 'CS001';
END $$;

CREATE TRIGGER ledger_line_balances AFTER INSERT ON ledger_line
  REFERENCING NEW TABLE AS new_lines FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_lines();

-- The first open day from the legal day on: the day itself, or the first day of the first month still open.
CREATE FUNCTION ledger_first_open_day(p_occurred_on date) RETURNS date LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_day date := p_occurred_on;
BEGIN
  WHILE EXISTS (SELECT 1 FROM ledger_period WHERE month = date_trunc('month', v_day)::date) LOOP
    v_day := (date_trunc('month', v_day) + interval '1 month')::date;
  END LOOP;
  RETURN v_day;
END $$;

-- Opens the sub-accounts that do not exist yet, each with its zero balance row, so that there is always a row to lock.
CREATE FUNCTION ledger_open_accounts(p_charts text[], p_assets text[], p_subjects text[], p_places text[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  WITH wanted AS (
    SELECT DISTINCT w.chart, w.asset, w.subject, w.place
      FROM unnest(p_charts, p_assets, p_subjects, p_places) AS w (chart, asset, subject, place)
  ), opened AS (
    INSERT INTO ledger_account (chart_code, asset, subject, place)
    SELECT w.chart, w.asset, w.subject, w.place
      FROM wanted w JOIN ledger_chart c ON c.code = w.chart
     WHERE CASE c.asset_class
             WHEN 'any' THEN true
             WHEN 'won' THEN w.asset = 'KRW'
             WHEN 'venue_won' THEN w.asset LIKE 'KRW@%'
             ELSE w.asset <> 'KRW' AND w.asset NOT LIKE 'KRW@%'
           END
     ORDER BY 1, 2, 3, 4
    ON CONFLICT DO NOTHING
    RETURNING id, chart_code
  )
  INSERT INTO ledger_balance (account_id, guard)
  SELECT o.id, CASE WHEN NOT c.guarded THEN 0 WHEN c.normal_side = 'debit' THEN 1 ELSE -1 END
    FROM opened o JOIN ledger_chart c ON c.code = o.chart_code;
END $$;

-- Adds amounts to balances, accounts ascending, so that no two postings wait for each other in a circle. Every account has its row
-- already; writing it this way finds it by its key, whatever plan the session keeps. Returns how many balances moved.
CREATE FUNCTION ledger_apply(p_accounts bigint[], p_amounts numeric[]) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  v_count int;
BEGIN
  INSERT INTO ledger_balance AS b (account_id, balance, guard)
  SELECT l.account, sum(l.amount), 0 FROM unnest(p_accounts, p_amounts) AS l (account, amount) GROUP BY l.account ORDER BY l.account
  ON CONFLICT (account_id) DO UPDATE SET balance = b.balance + excluded.balance;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  RETURN v_count;
END $$;

-- The digest of an entry: its kind, legal day, cause, memo and lines as they were given, whatever way the session writes dates.
CREATE FUNCTION ledger_digest(p_kind text, p_occurred_on date, p_cause text, p_memo text, p_lines text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT encode(sha256(convert_to(concat_ws(E'\n', p_kind, to_char(p_occurred_on, 'YYYY-MM-DD'), p_cause, p_memo, p_lines), 'UTF8')), 'hex')
$$;

-- Posts one entry in one statement. The same key with the same input is answered with the entry that exists; with other input it is
-- refused (CS002). A guarded account that would be overdrawn refuses it (23514), unless p_spill_place is given: then the entry is a
-- fact from outside, it is booked as it is, and what a guarded account lacks is brought back to zero against account 1190 at that
-- place. One plan per statement, kept (planning would cost more than posting) and good for tables of every size: what is looked up
-- is looked up row by row through an index.
CREATE FUNCTION ledger_post(
  p_key text, p_kind text, p_occurred_on date, p_cause text, p_memo text, p_booked_at timestamptz, p_actor text, p_spill_place text,
  p_charts text[], p_assets text[], p_subjects text[], p_places text[], p_amounts numeric[],
  OUT entry_id bigint, OUT entry_digest text, OUT replayed boolean, OUT spilled jsonb
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
  v_transaction bigint := pg_current_xact_id()::text::bigint;
  v_is_whole boolean;
  v_known_digest text;
BEGIN
  FOR v_attempt IN 1..2 LOOP
    -- The entry is written only if all its accounts are there, lines and balances only if the entry is; those of a fact wait until
    -- it is known what does not fit.
    WITH line AS MATERIALIZED (
      SELECT l.n, l.amount, concat_ws('|', l.chart, l.asset, l.subject, l.place, trim_scale(l.amount)::text) AS given,
             (SELECT a.id FROM ledger_account a
               WHERE a.chart_code = l.chart AND a.asset = l.asset AND a.subject = l.subject AND a.place = l.place) AS account
        FROM unnest(p_charts, p_assets, p_subjects, p_places, p_amounts) WITH ORDINALITY AS l (chart, asset, subject, place, amount, n)
    ), head AS MATERIALIZED (
      SELECT bool_and(l.account IS NOT NULL) AS is_whole,
             ledger_digest(p_kind, p_occurred_on, p_cause, p_memo, string_agg(l.given, E'\n' ORDER BY l.n)) AS digest
        FROM line l
    ), entry AS (
      INSERT INTO ledger_entry (idempotency_key, kind, occurred_on, posted_on, booked_at, actor, cause, memo, digest, written_by)
      SELECT p_key, p_kind, p_occurred_on,
             coalesce((SELECT ledger_first_open_day(p_occurred_on) FROM ledger_period p WHERE p.month = date_trunc('month', p_occurred_on)::date),
                      p_occurred_on),
             p_booked_at, p_actor, p_cause, p_memo, h.digest, v_transaction
        FROM head h WHERE h.is_whole
      ON CONFLICT (idempotency_key) DO NOTHING
      RETURNING id
    ), written AS (
      INSERT INTO ledger_line (entry_id, line_number, account_id, amount)
      SELECT e.id, l.n, l.account, l.amount FROM entry e, line l
    ), moved AS (
      INSERT INTO ledger_balance AS b (account_id, balance, guard)
      SELECT l.account, sum(l.amount), 0 FROM entry e, line l WHERE p_spill_place IS NULL GROUP BY l.account ORDER BY l.account
      ON CONFLICT (account_id) DO UPDATE SET balance = b.balance + excluded.balance
    )
    SELECT h.is_whole, h.digest, (SELECT e.id FROM entry e) INTO v_is_whole, entry_digest, entry_id FROM head h;
    EXIT WHEN v_is_whole;
    IF v_is_whole IS NULL THEN
      RAISE EXCEPTION 'entry % has no lines', p_key USING ERRCODE = 'CS001';
    ELSIF v_attempt = 2 THEN
      RAISE EXCEPTION 'the chart has no account of entry % for its asset', p_key USING ERRCODE = 'CS004';
    END IF;
    PERFORM ledger_open_accounts(p_charts, p_assets, p_subjects, p_places);
  END LOOP;

  replayed := entry_id IS NULL;
  IF replayed THEN
    SELECT e.id, e.digest INTO entry_id, v_known_digest FROM ledger_entry e WHERE e.idempotency_key = p_key;
    IF v_known_digest <> entry_digest THEN
      RAISE EXCEPTION 'key % was used for another entry', p_key USING ERRCODE = 'CS002';
    END IF;
  ELSIF p_spill_place IS NOT NULL THEN
    spilled := ledger_spill(entry_id, p_spill_place);
  END IF;
END $$;

-- Posts many entries in one statement, with the same outcome as one after another, all or none. Lines name their entry by position
-- (1..n); every entry has lines. A key that comes twice is answered the second time. No facts from outside.
CREATE FUNCTION ledger_post_many(
  p_keys text[], p_kinds text[], p_occurred_on date[], p_causes text[], p_memos text[], p_booked_at timestamptz, p_actor text,
  p_line_entries int[], p_charts text[], p_assets text[], p_subjects text[], p_places text[], p_amounts numeric[]
) RETURNS TABLE (entry_id bigint, entry_digest text, replayed boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
  v_count int := cardinality(p_keys);
  v_transaction bigint := pg_current_xact_id()::text::bigint;
  v_accounts bigint[];
  v_line_texts text[];
  v_texts text[];
  v_is_whole boolean;
  v_digests text[];
  v_ids bigint[];
  v_booked bigint[];
  v_written int;
  v_bad text;
  v_line_entries int[] := p_line_entries;
  v_amounts numeric[] := p_amounts;
  v_moved int;
BEGIN
  FOR v_attempt IN 1..2 LOOP
    SELECT array_agg(l.account ORDER BY l.n), array_agg(concat_ws('|', l.chart, l.asset, l.subject, l.place, trim_scale(l.amount)::text) ORDER BY l.n)
      INTO v_accounts, v_line_texts
      FROM (SELECT u.*, (SELECT a.id FROM ledger_account a
                          WHERE a.chart_code = u.chart AND a.asset = u.asset AND a.subject = u.subject AND a.place = u.place) AS account
              FROM unnest(p_charts, p_assets, p_subjects, p_places, p_amounts) WITH ORDINALITY AS u (chart, asset, subject, place, amount, n)) l;
    EXIT WHEN array_position(v_accounts, NULL) IS NULL;
    IF v_attempt = 2 THEN
      v_bad := p_charts[array_position(v_accounts, NULL)] || ' ' || p_assets[array_position(v_accounts, NULL)];
      RAISE EXCEPTION 'the chart has no account % for this asset', v_bad USING ERRCODE = 'CS004';
    END IF;
    PERFORM ledger_open_accounts(p_charts, p_assets, p_subjects, p_places);
  END LOOP;

  SELECT count(*) = v_count AND min(t.entry) = 1 AND max(t.entry) = v_count, array_agg(t.lines ORDER BY t.entry) INTO v_is_whole, v_texts
    FROM (SELECT l.entry, string_agg(l.line, E'\n' ORDER BY l.n) AS lines
            FROM unnest(p_line_entries, v_line_texts) WITH ORDINALITY AS l (entry, line, n) GROUP BY l.entry) t;
  IF v_is_whole IS DISTINCT FROM true THEN
    RAISE EXCEPTION 'an entry has no lines, or a line no entry' USING ERRCODE = 'CS001';
  END IF;
  SELECT array_agg(nextval('ledger_entry_id_seq') ORDER BY e.n), array_agg(ledger_digest(e.kind, e.occurred_on, e.cause, e.memo, e.lines) ORDER BY e.n)
    INTO v_ids, v_digests
    FROM unnest(p_kinds, p_occurred_on, p_causes, p_memos, v_texts) WITH ORDINALITY AS e (kind, occurred_on, cause, memo, lines, n);

  INSERT INTO ledger_entry (id, idempotency_key, kind, occurred_on, posted_on, booked_at, actor, cause, memo, digest, written_by)
  SELECT e.id, e.key, e.kind, e.occurred_on,
         coalesce((SELECT ledger_first_open_day(e.occurred_on) FROM ledger_period p WHERE p.month = date_trunc('month', e.occurred_on)::date),
                  e.occurred_on),
         p_booked_at, p_actor, e.cause, e.memo, e.digest, v_transaction
    FROM unnest(v_ids, p_keys, p_kinds, p_occurred_on, p_causes, p_memos, v_digests) AS e (id, key, kind, occurred_on, cause, memo, digest)
  ON CONFLICT (idempotency_key) DO NOTHING;
  GET DIAGNOSTICS v_written = ROW_COUNT;

  v_booked := v_ids;
  IF v_written < v_count THEN
    -- Some keys are known. An entry is new only at the position whose id it got; the lines of the others are left out.
    SELECT array_agg(k.id ORDER BY k.n), min(k.key) FILTER (WHERE k.digest <> k.own_digest) INTO v_booked, v_bad
      FROM (SELECT g.n, g.key, g.digest AS own_digest, (SELECT e.id FROM ledger_entry e WHERE e.idempotency_key = g.key) AS id,
                   (SELECT e.digest FROM ledger_entry e WHERE e.idempotency_key = g.key) AS digest
              FROM unnest(p_keys, v_digests) WITH ORDINALITY AS g (key, digest, n)) k;
    IF v_bad IS NOT NULL THEN
      RAISE EXCEPTION 'key % was used for another entry', v_bad USING ERRCODE = 'CS002';
    END IF;
    SELECT array_agg(l.entry ORDER BY l.n), array_agg(l.account ORDER BY l.n), array_agg(l.amount ORDER BY l.n)
      INTO v_line_entries, v_accounts, v_amounts
      FROM unnest(p_line_entries, v_accounts, p_amounts) WITH ORDINALITY AS l (entry, account, amount, n)
     WHERE v_booked[l.entry] = v_ids[l.entry];
  END IF;

  IF v_written > 0 THEN
    INSERT INTO ledger_line (entry_id, line_number, account_id, amount)
    SELECT v_ids[l.entry], row_number() OVER (PARTITION BY l.entry ORDER BY l.n), l.account, l.amount
      FROM unnest(v_line_entries, v_accounts, v_amounts) WITH ORDINALITY AS l (entry, account, amount, n);
    v_moved := ledger_apply(v_accounts, v_amounts);
    PERFORM ledger_refuse_dip(v_line_entries, v_accounts, v_amounts);
  END IF;

  RETURN QUERY
    SELECT e.id, e.digest, e.id <> e.own_id FROM unnest(v_booked, v_digests, v_ids) WITH ORDINALITY AS e (id, digest, own_id, n) ORDER BY e.n;
END $$;

-- Many entries are as strict as one after another: refuses them when a guarded account stood on its wrong side in between. The
-- balances are those after all of them.
CREATE FUNCTION ledger_refuse_dip(p_line_entries int[], p_accounts bigint[], p_amounts numeric[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1
    FROM (SELECT m.account, min(m.running) AS lowest, max(m.running) AS highest, min(m.total) AS total
            FROM (SELECT l.account, sum(l.amount) OVER (PARTITION BY l.account ORDER BY l.entry) AS running,
                         sum(l.amount) OVER (PARTITION BY l.account) AS total
                    FROM unnest(p_line_entries, p_accounts, p_amounts) AS l (entry, account, amount)) m
           GROUP BY m.account HAVING count(*) > 1) d
   WHERE (SELECT (b.balance - d.total + CASE WHEN b.guard > 0 THEN d.lowest ELSE d.highest END) * b.guard < 0
            FROM ledger_balance b WHERE b.account_id = d.account)
   LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'an entry of the batch violates check constraint "ledger_overdraft"' USING ERRCODE = '23514', CONSTRAINT = 'ledger_overdraft';
  END IF;
END $$;

-- Books the lines of a fact: each guarded account that they would overdraw is brought back to zero against 1190 at the place. Returns
-- what it moved there.
CREATE FUNCTION ledger_spill(p_entry bigint, p_place text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_short RECORD;
  v_line smallint;
  v_unexplained bigint;
  v_accounts bigint[];
  v_amounts numeric[];
  v_moved int;
  v_spilled jsonb := '[]';
BEGIN
  PERFORM 1 FROM ledger_balance b WHERE b.account_id IN (SELECT l.account_id FROM ledger_line l WHERE l.entry_id = p_entry)
    ORDER BY b.account_id FOR NO KEY UPDATE;
  SELECT max(line_number) INTO v_line FROM ledger_line WHERE entry_id = p_entry;
  FOR v_short IN
    SELECT a.id, a.chart_code, a.asset, a.subject, b.balance + d.delta AS missing
      FROM (SELECT l.account_id, sum(l.amount) AS delta FROM ledger_line l WHERE l.entry_id = p_entry GROUP BY l.account_id) d
      JOIN ledger_account a ON a.id = d.account_id
      JOIN ledger_balance b ON b.account_id = a.id
     WHERE (b.balance + d.delta) * b.guard < 0
     ORDER BY a.id
  LOOP
    PERFORM ledger_open_accounts(ARRAY['1190'], ARRAY[v_short.asset], ARRAY[''], ARRAY[p_place]);
    SELECT a.id INTO v_unexplained FROM ledger_account a
     WHERE a.chart_code = '1190' AND a.asset = v_short.asset AND a.subject = '' AND a.place = p_place;
    INSERT INTO ledger_line (entry_id, line_number, account_id, amount)
    VALUES (p_entry, v_line + 1, v_short.id, -v_short.missing), (p_entry, v_line + 2, v_unexplained, v_short.missing);
    v_line := v_line + 2;
    v_spilled := v_spilled || jsonb_build_object(
      'chart', v_short.chart_code, 'asset', v_short.asset, 'subject', v_short.subject, 'amount', trim_scale(v_short.missing)::text);
  END LOOP;
  SELECT array_agg(l.account_id), array_agg(l.amount) INTO v_accounts, v_amounts FROM ledger_line l WHERE l.entry_id = p_entry;
  v_moved := ledger_apply(v_accounts, v_amounts);
  RETURN v_spilled;
END $$;

-- Books the exact opposite of an entry, once.
CREATE FUNCTION ledger_reverse(p_key text, p_entry bigint, p_occurred_on date, p_booked_at timestamptz, p_actor text, p_memo text)
RETURNS TABLE (entry_id bigint, entry_digest text, replayed boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
  v_original ledger_entry;
  v_found ledger_entry;
  v_digest text;
  v_id bigint;
  v_accounts bigint[];
  v_amounts numeric[];
  v_moved int;
BEGIN
  SELECT * INTO v_original FROM ledger_entry WHERE id = p_entry;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'there is no entry %', p_entry USING ERRCODE = 'CS005';
  END IF;
  v_digest := encode(sha256(convert_to(concat_ws(E'\n', 'reversal', to_char(p_occurred_on, 'YYYY-MM-DD'), v_original.digest, p_memo), 'UTF8')), 'hex');
  INSERT INTO ledger_entry (idempotency_key, kind, occurred_on, posted_on, booked_at, actor, cause, memo, digest, reverses_id, written_by)
  VALUES (p_key, 'reversal', p_occurred_on, ledger_first_open_day(p_occurred_on), p_booked_at, p_actor, v_original.cause, p_memo, v_digest,
          p_entry, pg_current_xact_id()::text::bigint)
  ON CONFLICT DO NOTHING RETURNING id INTO v_id;
  IF v_id IS NULL THEN
    SELECT * INTO v_found FROM ledger_entry WHERE idempotency_key = p_key;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'entry % is reversed already', p_entry USING ERRCODE = 'CS003';
    ELSIF v_found.digest <> v_digest OR v_found.reverses_id IS DISTINCT FROM p_entry THEN
      RAISE EXCEPTION 'key % was used for another entry', p_key USING ERRCODE = 'CS002';
    END IF;
    RETURN QUERY SELECT v_found.id, v_found.digest, true;
    RETURN;
  END IF;
  INSERT INTO ledger_line (entry_id, line_number, account_id, amount)
  SELECT v_id, l.line_number, l.account_id, -l.amount FROM ledger_line l WHERE l.entry_id = p_entry;
  SELECT array_agg(l.account_id), array_agg(l.amount) INTO v_accounts, v_amounts FROM ledger_line l WHERE l.entry_id = v_id;
  v_moved := ledger_apply(v_accounts, v_amounts);
  RETURN QUERY SELECT v_id, v_digest, false;
END $$;

-- Closes a month for good.
CREATE FUNCTION ledger_close_month(p_month date, p_closed_at timestamptz, p_closed_by text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  INSERT INTO ledger_period (month, closed_at, closed_by) VALUES (date_trunc('month', p_month)::date, p_closed_at, p_closed_by)
  ON CONFLICT DO NOTHING;
$$;
