-- Rules that hold whatever the application does, and what its role may do at all.

ALTER TABLE installation ADD CONSTRAINT installation_is_one CHECK (id = 1);
ALTER TABLE approval ADD CONSTRAINT approval_maker_is_not_checker CHECK (decided_by_id IS DISTINCT FROM requested_by_id);
CREATE UNIQUE INDEX approval_one_pending ON approval (kind, subject_type, subject_id) WHERE state = 'pending';
CREATE UNIQUE INDEX import_file_stored_once ON import_file (kind, digest) WHERE state = 'stored';
ALTER TABLE bill_line ADD CONSTRAINT bill_line_not_negative CHECK (principal_krw >= 0 AND surcharge_krw >= 0);
ALTER TABLE bill_receipt ADD CONSTRAINT bill_receipt_positive CHECK (amount_krw > 0);
ALTER TABLE holding ADD CONSTRAINT holding_quantities CHECK (seized_quantity > 0 AND demanded_quantity >= 0 AND demanded_quantity <= seized_quantity);
ALTER TABLE order_fill ADD CONSTRAINT order_fill_positive CHECK (quantity > 0 AND price > 0 AND proceeds > 0 AND fee >= 0);
ALTER TABLE sale_order ADD CONSTRAINT sale_order_positive CHECK (quantity > 0 AND limit_price > 0);
ALTER TABLE sale_window ADD CONSTRAINT sale_window_lasts CHECK (ends_on >= opens_on);
ALTER TABLE won_withdrawal ADD CONSTRAINT won_withdrawal_positive CHECK (amount_krw > 0 AND fee_krw >= 0);
ALTER TABLE withdrawal_share ADD CONSTRAINT withdrawal_share_not_negative CHECK (amount_krw >= 0 AND fee_krw >= 0);
ALTER TABLE distribution_line ADD CONSTRAINT distribution_line_within_claim CHECK (amount_krw >= 0 AND amount_krw <= claim_krw);
ALTER TABLE distribution ADD CONSTRAINT distribution_adds_up CHECK (gross_krw + interest_krw = costs_krw + net_krw AND surplus_krw <= net_krw);
ALTER TABLE refund ADD CONSTRAINT refund_positive CHECK (amount_krw > 0);
CREATE UNIQUE INDEX asset_freeze_one_open ON asset_freeze (venue_account_id, asset) WHERE lifted_at IS NULL;
CREATE UNIQUE INDEX mandate_one_live ON mandate (case_id) WHERE state IN ('requested', 'approved');
CREATE UNIQUE INDEX refund_one_live ON refund (case_id) WHERE state <> 'rejected';

DO $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'cheongsan_app') THEN
    CREATE ROLE cheongsan_app NOLOGIN;
  END IF;
EXCEPTION WHEN insufficient_privilege THEN
  RAISE EXCEPTION 'The role cheongsan_app is missing and this role may not create it. Ask the database administrator for: CREATE ROLE cheongsan_app';
END $$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO cheongsan_app;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO cheongsan_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO cheongsan_app;

-- Journal, balances and audit: read, and post through the owner's functions.
REVOKE INSERT, UPDATE, DELETE ON
  ledger_chart, ledger_account, ledger_balance, ledger_entry, ledger_line, ledger_period, audit_stream, audit_event, audit_seal
FROM cheongsan_app;
REVOKE INSERT, UPDATE, DELETE ON _prisma_migrations FROM cheongsan_app;
GRANT EXECUTE ON FUNCTION
  ledger_post(text[], text[], date[], text[], text[], timestamptz, text, text, int[], text[], text[], text[], text[], numeric[]),
  ledger_reverse(text, bigint, date, timestamptz, text, text),
  ledger_close_month(date, timestamptz, text),
  ledger_first_open_day(date),
  audit_append(text, timestamptz, text, text, text, text, text, text, text),
  audit_hash(text, text, int, timestamptz, text, text, text, text, text, text, text),
  audit_seal_committed(int)
TO cheongsan_app;

-- Evidence is added, never rewritten.
REVOKE UPDATE, DELETE ON policy_value, valuation, order_fill, sale_decision, bill_line, bill, distribution_line, balance_reading, import_file, stored_document FROM cheongsan_app;
GRANT UPDATE (write_off_state, prescribed_on, dunning_issued_on, dunning_served_on, dunning_deadline_on, figures_digest) ON bill TO cheongsan_app;
REVOKE DELETE ON
  installation, person, user_account, approval, deferral, bill_update, bill_receipt, seizure_case, case_bill, holding, stay, release, notice,
  service_attempt, venue_account, venue_deposit, coin_transfer, intent, sale_order, mandate, mandate_asset, sale_window, window_choice,
  liquidation, won_withdrawal, withdrawal_share, bank_line, distribution, distribution_objection, refund, asset_freeze, request_record
FROM cheongsan_app;
REVOKE UPDATE ON bill_receipt, case_bill, mandate_asset, withdrawal_share, request_record FROM cheongsan_app;
GRANT UPDATE (exported_at) ON bill_receipt TO cheongsan_app;

-- A demo stays a demo and a real installation real.
REVOKE INSERT, UPDATE ON installation FROM cheongsan_app;
GRANT UPDATE (trading_state, trading_state_reason, fingerprint) ON installation TO cheongsan_app;
