-- The audit log: chained per stream when written, numbered across streams afterwards.

CREATE TRIGGER audit_event_is_final BEFORE UPDATE OR DELETE ON audit_event FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER audit_event_stays BEFORE TRUNCATE ON audit_event FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER audit_seal_is_final BEFORE UPDATE OR DELETE ON audit_seal FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER audit_seal_stays BEFORE TRUNCATE ON audit_seal FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- Appends one event to its chain. Its instant is kept in whole milliseconds, in the row as in the hash. The hash covers the fields
-- below in this order, each with its length in front, so that no two different events have the same text: an offline verifier
-- repeats it from an export.
CREATE FUNCTION audit_append(
  p_stream text, p_occurred_at timestamptz, p_actor text, p_action text, p_subject text,
  p_before_digest text, p_after_digest text, p_record_digest text, p_payload text
) RETURNS TABLE (event_id bigint, event_hash text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_sequence int;
  v_previous text;
  v_hash text;
  v_id bigint;
  v_occurred_at timestamptz := date_trunc('milliseconds', p_occurred_at);
BEGIN
  INSERT INTO audit_stream (stream, last_sequence, last_hash) VALUES (p_stream, 0, repeat('0', 64)) ON CONFLICT DO NOTHING;
  SELECT last_sequence + 1, last_hash INTO v_sequence, v_previous FROM audit_stream WHERE stream = p_stream FOR UPDATE;
  v_hash := audit_hash(v_previous, p_stream, v_sequence, v_occurred_at, p_actor, p_action, p_subject,
                       p_before_digest, p_after_digest, p_record_digest, p_payload);
  INSERT INTO audit_event (stream, sequence, occurred_at, actor, action, subject, before_digest, after_digest, record_digest,
                           payload, previous_hash, hash, written_by)
  VALUES (p_stream, v_sequence, v_occurred_at, p_actor, p_action, p_subject, p_before_digest, p_after_digest, p_record_digest,
          p_payload, v_previous, v_hash, pg_current_xact_id()::text::bigint)
  RETURNING id INTO v_id;
  INSERT INTO audit_unsealed (event_id) VALUES (v_id);
  UPDATE audit_stream SET last_sequence = v_sequence, last_hash = v_hash WHERE stream = p_stream;
  RETURN QUERY SELECT v_id, v_hash;
END $$;

CREATE FUNCTION audit_hash(
  p_previous text, p_stream text, p_sequence int, p_occurred_at timestamptz, p_actor text, p_action text, p_subject text,
  p_before_digest text, p_after_digest text, p_record_digest text, p_payload text
) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT encode(sha256(convert_to(string_agg(octet_length(convert_to(field, 'UTF8')) || ':' || field, ',' ORDER BY n), 'UTF8')), 'hex')
    FROM unnest(ARRAY[
      p_previous, p_stream, p_sequence::text, floor(extract(epoch FROM p_occurred_at) * 1000)::bigint::text, p_actor, p_action, p_subject,
      coalesce(p_before_digest, ''), coalesce(p_after_digest, ''), coalesce(p_record_digest, ''), p_payload
    ]) WITH ORDINALITY AS f (field, n)
$$;

-- Gives committed events their global numbers. Only events below the oldest running transaction are taken: nothing can
-- still appear among them. Both ends of what runs are taken from the very snapshot that reads the events, never from an earlier
-- one. What this snapshot sees beyond its end was written under another cluster's transaction numbers (a restored copy) and
-- counts as committed.
CREATE FUNCTION audit_seal_committed(p_limit int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_event RECORD;
  v_number bigint;
  v_seal text;
  v_previous text;
  v_count int := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(7163512005);
  SELECT number, seal INTO v_number, v_seal FROM audit_seal ORDER BY number DESC LIMIT 1;
  v_number := coalesce(v_number, 0);
  v_seal := coalesce(v_seal, repeat('0', 64));
  FOR v_event IN
    SELECT e.id, e.hash FROM audit_unsealed u JOIN audit_event e ON e.id = u.event_id
     WHERE e.written_by IS DISTINCT FROM pg_current_xact_id_if_assigned()::text::bigint
       AND (e.written_by < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
         OR e.written_by >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
     ORDER BY e.id LIMIT p_limit
  LOOP
    v_number := v_number + 1;
    v_previous := v_seal;
    v_seal := encode(sha256(convert_to(v_previous || ',' || v_number || ',' || v_event.hash, 'UTF8')), 'hex');
    INSERT INTO audit_seal (number, event_id, previous_seal, seal) VALUES (v_number, v_event.id, v_previous, v_seal);
    DELETE FROM audit_unsealed WHERE event_id = v_event.id;
    v_count := v_count + 1;
  END LOOP;
  RETURN v_count;
END $$;
