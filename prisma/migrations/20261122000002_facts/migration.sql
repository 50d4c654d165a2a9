-- Books many facts from outside in one statement, one after another as `ledger_post` does with a place to spill to. Lines name their
-- entry by position (1..n).
CREATE FUNCTION ledger_post_facts(
  p_keys text[], p_kinds text[], p_occurred_on date[], p_causes text[], p_memos text[], p_booked_at timestamptz, p_actor text, p_spill_place text,
  p_line_entries int[], p_charts text[], p_assets text[], p_subjects text[], p_places text[], p_amounts numeric[]
) RETURNS TABLE (entry_id bigint, entry_digest text, replayed boolean, spilled jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_charts text[];
  v_assets text[];
  v_subjects text[];
  v_places text[];
  v_amounts numeric[];
BEGIN
  IF p_spill_place IS NULL THEN
    RAISE EXCEPTION 'a fact needs a place at which what is missing is booked' USING ERRCODE = 'CS001';
  END IF;
  FOR v_entry IN 1..cardinality(p_keys) LOOP
    SELECT array_agg(l.chart ORDER BY l.n), array_agg(l.asset ORDER BY l.n), array_agg(l.subject ORDER BY l.n), array_agg(l.place ORDER BY l.n),
           array_agg(l.amount ORDER BY l.n)
      INTO v_charts, v_assets, v_subjects, v_places, v_amounts
      FROM unnest(p_line_entries, p_charts, p_assets, p_subjects, p_places, p_amounts) WITH ORDINALITY
        AS l (entry, chart, asset, subject, place, amount, n)
     WHERE l.entry = v_entry;
    RETURN QUERY
      SELECT * FROM ledger_post(p_keys[v_entry], p_kinds[v_entry], p_occurred_on[v_entry], p_causes[v_entry], p_memos[v_entry], p_booked_at,
                                p_actor, p_spill_place, v_charts, v_assets, v_subjects, v_places, v_amounts);
  END LOOP;
END $$;

REVOKE ALL ON FUNCTION ledger_post_facts(text[], text[], date[], text[], text[], timestamptz, text, text, int[], text[], text[], text[], text[], numeric[])
  FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
  ledger_post_facts(text[], text[], date[], text[], text[], timestamptz, text, text, int[], text[], text[], text[], text[], numeric[])
TO cheongsan_app;
