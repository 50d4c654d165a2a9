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

-- Whoever inserts lines: each entry they belong to was written by this very transaction and balances per asset.
CREATE FUNCTION ledger_check_lines() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_entry bigint;
BEGIN
  SELECT n.entry_id INTO v_entry
    FROM (SELECT DISTINCT entry_id FROM new_lines) n
    JOIN ledger_entry e ON e.id = n.entry_id
   WHERE e.written_by <> pg_current_xact_id()::text::bigint
   LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'entry % is complete; a late line is refused', v_entry USING ERRCODE = 'CS011';
  END IF;
  SELECT l.entry_id INTO v_entry
    FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
   WHERE l.entry_id IN (SELECT entry_id FROM new_lines)
   GROUP BY l.entry_id, a.asset
  HAVING sum(l.amount) <> 0
   LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'entry % does not balance', v_entry USING ERRCODE = 'CS001';
  END IF;
  RETURN NULL;
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

-- Posts one or many entries in one statement. Lines name their entry by position (1..n) and stand in order. The same key
-- with the same input is answered with the entry that exists; with other input it is refused (CS002). A guarded account that
-- would be overdrawn refuses the whole call (23514), unless p_spill_place is given: then the entry is a fact from outside,
-- it is booked as it is, and what a guarded account lacks is brought back to zero against account 1190 at that place.
CREATE FUNCTION ledger_post(
  p_keys text[], p_kinds text[], p_occurred_on date[], p_causes text[], p_memos text[],
  p_booked_at timestamptz, p_actor text, p_spill_place text,
  p_line_entries int[], p_charts text[], p_assets text[], p_subjects text[], p_places text[], p_amounts numeric[]
) RETURNS TABLE (entry_position int, entry_id bigint, entry_digest text, replayed boolean, spilled jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_accounts bigint[];
  v_new int[];
  v_ids bigint[];
  v_digests text[];
  v_bad text;
  v_spilled jsonb;
BEGIN
  IF p_spill_place IS NOT NULL AND cardinality(p_keys) <> 1 THEN
    RAISE EXCEPTION 'a fact is posted alone' USING ERRCODE = 'CS001';
  END IF;

  SELECT array_agg(a.id ORDER BY l.n) INTO v_accounts
    FROM unnest(p_charts, p_assets, p_subjects, p_places) WITH ORDINALITY AS l (chart, asset, subject, place, n)
    LEFT JOIN ledger_account a ON a.chart_code = l.chart AND a.asset = l.asset AND a.subject = l.subject AND a.place = l.place;
  IF array_position(v_accounts, NULL) IS NOT NULL THEN
    PERFORM ledger_open_accounts(p_charts, p_assets, p_subjects, p_places);
    SELECT array_agg(a.id ORDER BY l.n), min(l.chart || ' ' || l.asset) FILTER (WHERE a.id IS NULL) INTO v_accounts, v_bad
      FROM unnest(p_charts, p_assets, p_subjects, p_places) WITH ORDINALITY AS l (chart, asset, subject, place, n)
      LEFT JOIN ledger_account a ON a.chart_code = l.chart AND a.asset = l.asset AND a.subject = l.subject AND a.place = l.place;
    IF v_bad IS NOT NULL THEN
      RAISE EXCEPTION 'the chart has no account % for this asset', v_bad USING ERRCODE = 'CS004';
    END IF;
  END IF;

  SELECT array_agg(encode(sha256(convert_to(concat_ws(E'\n', e.kind, e.occurred_on::text, e.cause, e.memo, d.lines), 'UTF8')), 'hex') ORDER BY e.n)
    INTO v_digests
    FROM unnest(p_kinds, p_occurred_on, p_causes, p_memos) WITH ORDINALITY AS e (kind, occurred_on, cause, memo, n)
    LEFT JOIN (
      SELECT l.entry, string_agg(concat_ws('|', l.chart, l.asset, l.subject, l.place, trim_scale(l.amount)::text), E'\n' ORDER BY l.n) AS lines
        FROM unnest(p_line_entries, p_charts, p_assets, p_subjects, p_places, p_amounts)
             WITH ORDINALITY AS l (entry, chart, asset, subject, place, amount, n)
       GROUP BY l.entry
    ) d ON d.entry = e.n;

  WITH given AS (
    SELECT e.*, v_digests[e.n] AS digest
      FROM unnest(p_keys, p_kinds, p_occurred_on, p_causes, p_memos) WITH ORDINALITY AS e (key, kind, occurred_on, cause, memo, n)
  ), inserted AS (
    INSERT INTO ledger_entry (idempotency_key, kind, occurred_on, posted_on, booked_at, actor, cause, memo, digest, written_by)
    SELECT g.key, g.kind, g.occurred_on, ledger_first_open_day(g.occurred_on), p_booked_at, p_actor, g.cause, g.memo, g.digest,
           pg_current_xact_id()::text::bigint
      FROM given g ORDER BY g.n
    ON CONFLICT (idempotency_key) DO NOTHING
    RETURNING id, idempotency_key
  )
  SELECT array_agg(i.id ORDER BY g.n), array_agg(g.n::int ORDER BY g.n) INTO v_ids, v_new
    FROM inserted i JOIN given g ON g.key = i.idempotency_key;

  IF coalesce(cardinality(v_new), 0) < cardinality(p_keys) THEN
    SELECT e.idempotency_key INTO v_bad
      FROM unnest(p_keys) WITH ORDINALITY AS k (key, n) JOIN ledger_entry e ON e.idempotency_key = k.key
     WHERE e.digest <> v_digests[k.n] LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'key % was used for another entry', v_bad USING ERRCODE = 'CS002';
    END IF;
  END IF;

  IF v_new IS NOT NULL THEN
    PERFORM 1 FROM ledger_balance WHERE account_id = ANY (v_accounts) ORDER BY account_id FOR NO KEY UPDATE;
    INSERT INTO ledger_line (entry_id, line_number, account_id, amount)
    SELECT i.id, row_number() OVER (PARTITION BY l.entry ORDER BY l.n), l.account, l.amount
      FROM unnest(p_line_entries, v_accounts, p_amounts) WITH ORDINALITY AS l (entry, account, amount, n)
      JOIN unnest(v_new, v_ids) AS i (entry, id) ON i.entry = l.entry;
    IF p_spill_place IS NOT NULL THEN
      v_spilled := ledger_spill(v_ids[1], p_spill_place);
    END IF;
    UPDATE ledger_balance b SET balance = b.balance + d.delta
      FROM (SELECT l.account_id, sum(l.amount) AS delta FROM ledger_line l WHERE l.entry_id = ANY (v_ids) GROUP BY l.account_id) d
     WHERE b.account_id = d.account_id;
  END IF;

  RETURN QUERY
    SELECT k.n::int, e.id, e.digest, array_position(v_new, k.n::int) IS NULL, v_spilled
      FROM unnest(p_keys) WITH ORDINALITY AS k (key, n) JOIN ledger_entry e ON e.idempotency_key = k.key
     ORDER BY k.n;
END $$;

-- Brings each guarded account that this entry would overdraw back to zero, against 1190 at the place; returns what it moved.
CREATE FUNCTION ledger_spill(p_entry bigint, p_place text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_short RECORD;
  v_line smallint;
  v_spilled jsonb := '[]';
BEGIN
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
    INSERT INTO ledger_line (entry_id, line_number, account_id, amount)
    SELECT p_entry, v_line + 1, v_short.id, -v_short.missing
    UNION ALL
    SELECT p_entry, v_line + 2, a.id, v_short.missing
      FROM ledger_account a WHERE a.chart_code = '1190' AND a.asset = v_short.asset AND a.subject = '' AND a.place = p_place;
    v_line := v_line + 2;
    v_spilled := v_spilled || jsonb_build_object(
      'chart', v_short.chart_code, 'asset', v_short.asset, 'subject', v_short.subject, 'amount', trim_scale(v_short.missing)::text);
  END LOOP;
  RETURN v_spilled;
END $$;

-- Books the exact opposite of an entry, once.
CREATE FUNCTION ledger_reverse(p_key text, p_entry bigint, p_occurred_on date, p_booked_at timestamptz, p_actor text, p_memo text)
RETURNS TABLE (entry_id bigint, entry_digest text, replayed boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_original ledger_entry;
  v_found ledger_entry;
  v_digest text;
  v_id bigint;
BEGIN
  SELECT * INTO v_original FROM ledger_entry WHERE id = p_entry;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'there is no entry %', p_entry USING ERRCODE = 'CS005';
  END IF;
  v_digest := encode(sha256(convert_to(concat_ws(E'\n', 'reversal', p_occurred_on::text, v_original.digest, p_memo), 'UTF8')), 'hex');
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
  PERFORM 1 FROM ledger_balance b WHERE b.account_id IN (SELECT l.account_id FROM ledger_line l WHERE l.entry_id = p_entry)
    ORDER BY b.account_id FOR NO KEY UPDATE;
  INSERT INTO ledger_line (entry_id, line_number, account_id, amount)
  SELECT v_id, l.line_number, l.account_id, -l.amount FROM ledger_line l WHERE l.entry_id = p_entry;
  UPDATE ledger_balance b SET balance = b.balance + d.delta
    FROM (SELECT l.account_id, sum(l.amount) AS delta FROM ledger_line l WHERE l.entry_id = v_id GROUP BY l.account_id) d
   WHERE b.account_id = d.account_id;
  RETURN QUERY SELECT v_id, v_digest, false;
END $$;

-- Closes a month for good.
CREATE FUNCTION ledger_close_month(p_month date, p_closed_at timestamptz, p_closed_by text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  INSERT INTO ledger_period (month, closed_at, closed_by) VALUES (date_trunc('month', p_month)::date, p_closed_at, p_closed_by)
  ON CONFLICT DO NOTHING;
$$;
