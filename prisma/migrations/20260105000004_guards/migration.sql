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
ALTER TABLE distribution ADD CONSTRAINT distribution_adds_up CHECK (gross_krw + interest_krw = costs_krw + residue_krw + net_krw AND surplus_krw <= net_krw);
ALTER TABLE refund ADD CONSTRAINT refund_positive CHECK (amount_krw > 0);
CREATE UNIQUE INDEX asset_freeze_one_open ON asset_freeze (venue_account_id, asset) WHERE lifted_at IS NULL;
CREATE UNIQUE INDEX mandate_one_requested ON mandate (case_id) WHERE state = 'requested';
CREATE UNIQUE INDEX mandate_one_in_force ON mandate (case_id) WHERE state = 'approved';
CREATE UNIQUE INDEX refund_one_live ON refund (case_id) WHERE state IN ('requested', 'approved');
CREATE UNIQUE INDEX refund_one_a_receipt ON refund (source_line_id) WHERE state IN ('requested', 'approved', 'paid');

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
  ledger_chart, ledger_account, ledger_balance, ledger_entry, ledger_line, ledger_period, audit_stream, audit_event, audit_seal, audit_unsealed
FROM cheongsan_app;
REVOKE INSERT, UPDATE, DELETE ON _prisma_migrations FROM cheongsan_app;
GRANT EXECUTE ON FUNCTION
  ledger_post(text, text, date, text, text, timestamptz, text, text, text[], text[], text[], text[], numeric[]),
  ledger_post_many(text[], text[], date[], text[], text[], timestamptz, text, int[], text[], text[], text[], text[], numeric[]),
  ledger_reverse(text, bigint, date, timestamptz, text, text),
  ledger_close_month(date, timestamptz, text),
  ledger_first_open_day(date),
  audit_append(text, timestamptz, text, text, text, text, text, text, text),
  audit_hash(text, text, int, timestamptz, text, text, text, text, text, text, text),
  audit_seal_committed(int)
TO cheongsan_app;

-- Evidence is added, never rewritten.
REVOKE UPDATE, DELETE ON policy_value, valuation, order_fill, sale_decision, bill_line, bill, distribution_line, balance_reading, import_file, stored_document FROM cheongsan_app;
GRANT UPDATE (write_off_state, prescribed_from, served_on, dunning_issued_on, dunning_served_on, dunning_deadline_on, figures_digest) ON bill TO cheongsan_app;
REVOKE DELETE ON
  installation, person, user_account, approval, deferral, bill_update, bill_receipt, seizure_case, case_bill, holding, stay, release, notice,
  service_attempt, venue_account, venue_deposit, coin_transfer, intent, sale_order, mandate, mandate_asset, sale_window, window_choice,
  liquidation, won_withdrawal, withdrawal_share, bank_line, distribution, distribution_objection, refund, asset_freeze, request_record
FROM cheongsan_app;
REVOKE UPDATE ON bill_receipt, case_bill, mandate_asset, withdrawal_share, request_record FROM cheongsan_app;
GRANT UPDATE (amount_krw, fee_krw) ON withdrawal_share TO cheongsan_app;
GRANT UPDATE (exported_at) ON bill_receipt TO cheongsan_app;

-- A demo stays a demo and a real installation real.
REVOKE INSERT, UPDATE ON installation FROM cheongsan_app;
GRANT UPDATE (trading_state, trading_state_reason, fingerprint) ON installation TO cheongsan_app;

-- Notices and service: a letter has one recipient, "served" stands on a proof, one attempt runs at a time, evidence stays.
ALTER TABLE notice ADD CONSTRAINT notice_recipient CHECK ((recipient_kind = 'venue') = (venue_code IS NOT NULL) AND (recipient_kind = 'venue') = (recipient_id IS NULL));
ALTER TABLE notice ADD CONSTRAINT notice_served_is_proven CHECK ((state = 'served') = (served_on IS NOT NULL) AND (served_on IS NULL) = (proven_at IS NULL));
ALTER TABLE notice ADD CONSTRAINT notice_cancelled_has_reason CHECK ((state = 'cancelled') = (cancel_reason IS NOT NULL));
ALTER TABLE service_attempt ADD CONSTRAINT service_attempt_result_is_proven CHECK (
  result = 'pending' OR (result_on IS NOT NULL AND recorded_at IS NOT NULL AND (proof_document_id IS NOT NULL OR proof_reference IS NOT NULL)));
ALTER TABLE service_attempt ADD CONSTRAINT service_attempt_served_has_receiver CHECK ((result = 'served') = (received_by IS NOT NULL) AND (result <> 'served' OR effective_on IS NOT NULL));
CREATE UNIQUE INDEX service_attempt_one_pending ON service_attempt (notice_id) WHERE result = 'pending';
CREATE INDEX service_attempt_tracking_number ON service_attempt (tracking_number) WHERE tracking_number IS NOT NULL;
CREATE UNIQUE INDEX service_attempt_served_once ON service_attempt (notice_id) WHERE result = 'served';
CREATE UNIQUE INDEX window_choice_one_active ON window_choice (case_id) WHERE revoked_at IS NULL;
REVOKE UPDATE ON notice, window_choice FROM cheongsan_app;
GRANT UPDATE (state, deadline_on, served_on, proven_at, cancel_reason) ON notice TO cheongsan_app;
GRANT UPDATE (revoked_at, revoked_by_id, revoked_on, revoke_reference) ON window_choice TO cheongsan_app;

-- Identity: approvals are decided by others than the maker, once, and what was asked for is never rewritten.
ALTER TABLE approval ADD CONSTRAINT approval_first_decider_is_another CHECK (
  first_decided_by_id IS DISTINCT FROM requested_by_id AND (first_decided_by_id IS NULL OR first_decided_by_id IS DISTINCT FROM decided_by_id));
ALTER TABLE approval ADD CONSTRAINT approval_decision_has_decider CHECK (
  (state IN ('approved', 'rejected')) = (decided_by_id IS NOT NULL) AND (decided_by_id IS NULL) = (decided_at IS NULL)
  AND (first_decided_by_id IS NULL) = (first_decided_at IS NULL));
ALTER TABLE approval ADD CONSTRAINT approval_second_follows_first CHECK (
  (second_needed OR first_decided_by_id IS NULL) AND (state <> 'approved' OR NOT second_needed OR first_decided_by_id IS NOT NULL));
CREATE TRIGGER approval_decision_is_final BEFORE UPDATE ON approval FOR EACH ROW WHEN (OLD.state <> 'pending') EXECUTE FUNCTION ledger_refuse_change();
ALTER TABLE user_account ADD CONSTRAINT user_account_login_name CHECK (login_name = lower(login_name) AND login_name <> '');
ALTER TABLE user_account ADD CONSTRAINT user_account_has_role CHECK (cardinality(roles) > 0);
ALTER TABLE deputy ADD CONSTRAINT deputy_is_another CHECK (absent_id <> deputy_id AND granted_by_id <> deputy_id AND until_day >= from_day);
REVOKE DELETE ON sign_in_session, machine_token, one_time_link, deputy FROM cheongsan_app;
REVOKE UPDATE ON approval, machine_token, deputy FROM cheongsan_app;
GRANT UPDATE (state, decided_by_id, decided_at, decision_reason, first_decided_by_id, first_decided_at, first_decision_reason) ON approval TO cheongsan_app;
GRANT UPDATE (last_used_at, revoked_at) ON machine_token TO cheongsan_app;
GRANT UPDATE (ended_at) ON deputy TO cheongsan_app;

-- Person: nothing that names or finds an erased person stays.
ALTER TABLE person ADD CONSTRAINT person_erased_holds_nothing CHECK (
  erased_at IS NULL OR (key_cipher IS NULL AND details_cipher IS NULL AND registration_index IS NULL AND name_birth_index IS NULL AND name_birth_phone_index IS NULL));

-- Alerts and intents: one open critical alert per matter; an intent's identifier and aim are fixed.
CREATE UNIQUE INDEX alert_one_open_critical ON alert (code, subject) WHERE severity = 'critical' AND acknowledged_at IS NULL;
ALTER TABLE alert ADD CONSTRAINT alert_acknowledged_by_someone CHECK ((acknowledged_at IS NULL) = (acknowledged_by_id IS NULL));
ALTER TABLE intent ADD CONSTRAINT intent_sends CHECK (send_count >= 0 AND (send_count = 0) = (first_sent_at IS NULL) AND (send_count = 0) = (last_sent_at IS NULL));
ALTER TABLE intent ADD CONSTRAINT intent_settled_at CHECK ((state IN ('settled', 'dead')) = (settled_at IS NOT NULL));
REVOKE DELETE ON alert FROM cheongsan_app;
REVOKE UPDATE ON alert, intent FROM cheongsan_app;
GRANT UPDATE (delivered_at, delivered_to, delivery_attempts, next_attempt_at, acknowledged_by_id, acknowledged_at) ON alert TO cheongsan_app;
GRANT UPDATE (state, first_sent_at, last_sent_at, send_count, next_look_at, not_found_at, last_answer, settled_at) ON intent TO cheongsan_app;

-- Venue and custody: what arrived and left is evidence; a deposit gives away no more than it brought; training means paper.
ALTER TABLE venue_account ADD CONSTRAINT venue_account_training_is_paper CHECK (paper OR NOT training);
ALTER TABLE venue_deposit ADD CONSTRAINT venue_deposit_quantities CHECK (quantity > 0 AND matched_quantity >= 0 AND returned_quantity >= 0 AND matched_quantity + returned_quantity <= quantity);
ALTER TABLE venue_deposit ADD CONSTRAINT venue_deposit_state_is_whole CHECK ((state = 'unidentified') = (matched_quantity + returned_quantity < quantity));
ALTER TABLE deposit_match ADD CONSTRAINT deposit_match_positive CHECK (quantity > 0);
ALTER TABLE deposit_allocation ADD CONSTRAINT deposit_allocation_positive CHECK (quantity > 0);
ALTER TABLE deposit_allocation ADD CONSTRAINT deposit_allocation_recovers CHECK ((use = 'recovery') = (withdrawal_row_id IS NOT NULL));
ALTER TABLE deposit_allocation ADD CONSTRAINT deposit_allocation_steps CHECK (
  (state = 'requested') = (decided_at IS NULL) AND (state IN ('booked', 'reversed')) = (ledger_entry_id IS NOT NULL)
  AND (state = 'reversed') = (reversal_entry_id IS NOT NULL) AND (state IN ('rejected', 'reversed')) = (end_reason IS NOT NULL));
ALTER TABLE coin_transfer ADD CONSTRAINT coin_transfer_positive CHECK (quantity > 0 AND (amended_from > 0) IS NOT FALSE);
ALTER TABLE coin_transfer ADD CONSTRAINT coin_transfer_of_one CHECK ((holding_id IS NULL) = (case_id IS NULL) AND (holding_id IS NULL) <> (deposit_row_id IS NULL));
ALTER TABLE venue_withdrawal ADD CONSTRAINT venue_withdrawal_state CHECK (state IN ('pending', 'done', 'failed'));
REVOKE UPDATE, DELETE ON deposit_match, transfer_report_row FROM cheongsan_app;
REVOKE DELETE ON deposit_allocation FROM cheongsan_app;
REVOKE UPDATE ON venue_deposit, deposit_allocation FROM cheongsan_app;
GRANT UPDATE (state, approval_id, ledger_entry_id, decided_at, end_reason, reversal_approval_id, reversal_entry_id) ON deposit_allocation TO cheongsan_app;
GRANT UPDATE (state, matched_quantity, returned_quantity, reasons, resolved_at) ON venue_deposit TO cheongsan_app;
REVOKE DELETE ON venue_withdrawal FROM cheongsan_app;

-- Seizure: a seized case has its day, an ended one its end; what was seized, asked, answered and released is never rewritten.
ALTER TABLE seizure_case ADD CONSTRAINT seizure_case_seized_has_day CHECK (phase IN ('proposed', 'approved', 'refused') OR seized_on IS NOT NULL);
ALTER TABLE seizure_case ADD CONSTRAINT seizure_case_ended CHECK ((phase IN ('closed', 'refused')) = (closed_at IS NOT NULL));
ALTER TABLE seizure_case ADD CONSTRAINT seizure_case_refused_has_code CHECK ((phase = 'refused') = (refusal_code IS NOT NULL));
ALTER TABLE seizure_case ADD CONSTRAINT seizure_case_limit_covers_need CHECK (need_krw >= 0 AND limit_krw >= need_krw);
ALTER TABLE seizure_case ADD CONSTRAINT seizure_case_old_has_number CHECK ((origin = 'old_seizure') = (old_seizure_number IS NOT NULL));
ALTER TABLE stay ADD CONSTRAINT stay_lasts CHECK (until_day IS NULL OR until_day >= from_day);
ALTER TABLE stay ADD CONSTRAINT stay_lifted_has_reason CHECK ((lifted_at IS NULL) = (lift_reason IS NULL));
CREATE UNIQUE INDEX stay_one_open_per_cause ON stay (case_id, cause) WHERE lifted_at IS NULL AND cause IS NOT NULL;
ALTER TABLE holdings_reply_row ADD CONSTRAINT holdings_reply_row_positive CHECK (quantity > 0);
ALTER TABLE holdings_reply_row ADD CONSTRAINT holdings_reply_row_decided CHECK (
  (state IN ('confirmed', 'refused')) = (decided_at IS NOT NULL) AND (decided_at IS NULL) = (decision_reason IS NULL)
  AND (decided_at IS NULL) = (decided_by_id IS NULL) AND (state <> 'confirmed' OR (decision_proof IS NOT NULL AND person_id IS NOT NULL))
  AND (state <> 'matched' OR person_id IS NOT NULL));
ALTER TABLE inquiry_request ADD CONSTRAINT inquiry_request_sent CHECK ((state = 'drafted') = (sent_on IS NULL) AND (sent_on IS NULL) = (sent_reference IS NULL));
REVOKE DELETE ON inquiry_request, inquiry_subject, holdings_reply, holdings_reply_row, right_holder, case_handover FROM cheongsan_app;
REVOKE UPDATE ON inquiry_request, inquiry_subject, holdings_reply, holdings_reply_row, seizure_case, holding, stay, right_holder, case_handover, release FROM cheongsan_app;
GRANT UPDATE (state, sent_on, sent_reference, file_digest) ON inquiry_request TO cheongsan_app;
GRANT UPDATE (state, decided_by_id, decided_at, decision_reason, decision_proof, case_id) ON holdings_reply_row TO cheongsan_app;
GRANT UPDATE (phase, phase_since, phase_deadline_on, officer_id, seized_on, served_on_venue_at, in_custody_at, approval_id, supplemented_on,
  closed_at, close_reason, refusal_code) ON seizure_case TO cheongsan_app;
GRANT UPDATE (venue_account_id, demanded_quantity, state, state_since) ON holding TO cheongsan_app;
GRANT UPDATE (lifted_at, lifted_by_id, lift_reason) ON stay TO cheongsan_app;

-- Treasury: figures are never negative, one draft a case, what was counted, approved and objected to is never rewritten.
ALTER TABLE bank_line ADD CONSTRAINT bank_line_positive CHECK (amount_krw > 0);
ALTER TABLE bank_line ADD CONSTRAINT bank_line_matched CHECK ((state = 'matched') = (matched_to IS NOT NULL) AND (matched_to IS NULL) = (matched_at IS NULL));
CREATE UNIQUE INDEX bank_line_one_a_match ON bank_line (matched_to) WHERE matched_to ~ '^(withdrawal|refund|refund_returned|remittance):';
ALTER TABLE won_withdrawal ADD CONSTRAINT won_withdrawal_steps CHECK (
  (state NOT IN ('confirmed', 'received') OR sent_entry_id IS NOT NULL) AND (state = 'received') = (received_entry_id IS NOT NULL)
  AND (state = 'received') = (bank_line_id IS NOT NULL) AND (state NOT IN ('approved', 'confirmed', 'received') OR intent_id IS NOT NULL));
ALTER TABLE distribution ADD CONSTRAINT distribution_not_negative CHECK (
  gross_krw >= 0 AND costs_krw >= 0 AND residue_krw >= 0 AND interest_krw >= 0 AND net_krw >= 0 AND surplus_krw >= 0 AND distribution_on >= draft_filed_on);
ALTER TABLE distribution ADD CONSTRAINT distribution_states CHECK (
  (state = 'final') = (final_at IS NOT NULL) AND (state = 'superseded') = (superseded_at IS NOT NULL)
  AND (superseded_at IS NULL) = (superseded_reason IS NULL));
CREATE UNIQUE INDEX distribution_one_draft ON distribution (case_id) WHERE state = 'drafted';
ALTER TABLE distribution_objection ADD CONSTRAINT distribution_objection_decided CHECK ((state = 'filed') = (decided_at IS NULL) AND (decided_at IS NULL) = (decision_reason IS NULL));
ALTER TABLE refund ADD CONSTRAINT refund_of_one CHECK ((case_id IS NULL) <> (source_line_id IS NULL));
ALTER TABLE refund ADD CONSTRAINT refund_paid CHECK (
  (state IN ('paid', 'returned')) = (paid_on IS NOT NULL) AND (paid_on IS NULL) = (bank_line_id IS NULL) AND (paid_on IS NULL) = (ledger_entry_id IS NULL));
ALTER TABLE refund ADD CONSTRAINT refund_returned CHECK (
  (state = 'returned') = (returned_on IS NOT NULL) AND (returned_on IS NULL) = (return_line_id IS NULL) AND (returned_on IS NULL) = (return_entry_id IS NULL));
REVOKE DELETE ON distribution_line FROM cheongsan_app;
REVOKE UPDATE ON won_withdrawal, bank_line, distribution, distribution_objection, refund FROM cheongsan_app;
GRANT UPDATE (amount_krw, fee_krw, state, intent_id, approval_id, venue_reference, instructed_at, confirmed_by_id, confirmed_at, sent_entry_id, compared_at,
  received_on, bank_line_id, received_entry_id, end_reason) ON won_withdrawal TO cheongsan_app;
GRANT UPDATE (state, unmatched_reason, matched_to, matched_by_id, matched_at, unidentified_entry_id, ledger_entry_id) ON bank_line TO cheongsan_app;
GRANT UPDATE (state, superseded_at, superseded_reason, final_at, ledger_entry_id) ON distribution TO cheongsan_app;
GRANT UPDATE (state, decided_by_id, decided_at, decision_reason, appeal_proven_on, appeal_reference) ON distribution_objection TO cheongsan_app;
GRANT UPDATE (state, approval_id, paid_on, bank_line_id, ledger_entry_id, returned_on, return_line_id, return_entry_id) ON refund TO cheongsan_app;

-- Tax: figures are never rewritten; a difference is posted once, with its entry; a receipt goes back in one export.
ALTER TABLE prior_payment ADD CONSTRAINT prior_payment_positive CHECK (
  principal_krw >= 0 AND surcharge_krw >= 0 AND penalty_krw >= 0 AND principal_krw + surcharge_krw + penalty_krw > 0);
ALTER TABLE deferral ADD CONSTRAINT deferral_lasts CHECK (until_day >= from_day);
ALTER TABLE bill_update ADD CONSTRAINT bill_update_positive CHECK (
  principal_krw >= 0 AND surcharge_krw >= 0 AND penalty_krw >= 0 AND principal_krw + surcharge_krw + penalty_krw > 0);
ALTER TABLE bill_update ADD CONSTRAINT bill_update_penalty_kind CHECK (penalty_krw = 0 OR kind IN ('payment_elsewhere', 'reduction'));
ALTER TABLE bill_update ADD CONSTRAINT bill_update_decided CHECK (
  (state = 'pending') = (decided_at IS NULL) AND (decided_at IS NULL) = (approval_id IS NULL) AND (state = 'posted') = (ledger_entry_id IS NOT NULL));
CREATE UNIQUE INDEX bill_update_once ON bill_update (bill_line_id, kind, occurred_on, document_number) WHERE state <> 'rejected';
ALTER TABLE bill_receipt ADD CONSTRAINT bill_receipt_exported CHECK ((exported_at IS NULL) = (export_id IS NULL));
CREATE INDEX bill_receipt_waiting ON bill_receipt (id) WHERE export_id IS NULL;
ALTER TABLE official_balance ADD CONSTRAINT official_balance_not_negative CHECK (
  principal_krw >= 0 AND surcharge_krw >= 0 AND coalesce(penalty_krw, 0) >= 0);
REVOKE UPDATE, DELETE ON prior_payment, official_balance, receipt_export FROM cheongsan_app;
REVOKE UPDATE ON bill_update FROM cheongsan_app;
GRANT UPDATE (state, approval_id, ledger_entry_id, decided_at) ON bill_update TO cheongsan_app;
GRANT UPDATE (export_id) ON bill_receipt TO cheongsan_app;
