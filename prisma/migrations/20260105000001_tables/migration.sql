-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "installation_kind" AS ENUM ('real', 'demo');

-- CreateEnum
CREATE TYPE "trading_state" AS ENUM ('ACTIVE', 'REDUCING', 'HALTED');

-- CreateEnum
CREATE TYPE "alert_severity" AS ENUM ('notice', 'warning', 'critical');

-- CreateEnum
CREATE TYPE "deposit_state" AS ENUM ('credited', 'unidentified', 'resolved');

-- CreateEnum
CREATE TYPE "match_ground" AS ENUM ('report', 'officer');

-- CreateEnum
CREATE TYPE "allocation_use" AS ENUM ('gas_float', 'make_good', 'recovery');

-- CreateEnum
CREATE TYPE "allocation_state" AS ENUM ('requested', 'booked', 'rejected', 'reversed');

-- CreateEnum
CREATE TYPE "transfer_state" AS ENUM ('requested', 'approved', 'instructed', 'done', 'failed', 'rejected');

-- CreateEnum
CREATE TYPE "role" AS ENUM ('collection_officer', 'approver', 'treasury_officer', 'auditor', 'call_agent', 'administrator');

-- CreateEnum
CREATE TYPE "one_time_link_purpose" AS ENUM ('first_administrator', 'set_credentials');

-- CreateEnum
CREATE TYPE "approval_kind" AS ENUM ('seizure', 'sale_mandate', 'coin_transfer', 'won_withdrawal', 'refund', 'policy_change', 'bill_update', 'trading_state', 'freeze_release', 'deposit_allocation');

-- CreateEnum
CREATE TYPE "approval_state" AS ENUM ('pending', 'approved', 'rejected', 'expired', 'withdrawn');

-- CreateEnum
CREATE TYPE "import_kind" AS ENUM ('delinquent_ledger', 'old_seizures', 'bill_update', 'official_balance', 'holdings_reply', 'transfer_report', 'bank_statement', 'service_results');

-- CreateEnum
CREATE TYPE "import_state" AS ENUM ('checked', 'stored', 'refused');

-- CreateEnum
CREATE TYPE "intent_port" AS ENUM ('order', 'coin_transfer', 'won_withdrawal');

-- CreateEnum
CREATE TYPE "intent_state" AS ENUM ('open', 'settled', 'dead', 'with_person');

-- CreateEnum
CREATE TYPE "notice_kind" AS ENUM ('seizure_record', 'seizure_notice', 'venue_seizure_notice', 'transfer_demand', 'sale_notice', 'voluntary_sale_invitation', 'distribution_notice', 'surplus_notice', 'release_notice');

-- CreateEnum
CREATE TYPE "notice_state" AS ENUM ('issued', 'sent', 'served', 'returned', 'cancelled');

-- CreateEnum
CREATE TYPE "recipient_kind" AS ENUM ('delinquent', 'venue', 'collateral_owner', 'pledgee', 'other_right_holder');

-- CreateEnum
CREATE TYPE "service_method" AS ENUM ('registered_mail', 'hand', 'electronic', 'official_document', 'public_notice');

-- CreateEnum
CREATE TYPE "service_result" AS ENUM ('pending', 'served', 'returned_unknown_address', 'returned_moved', 'returned_unknown_person', 'returned_absent', 'returned_closed', 'returned_unclaimed', 'returned_refused', 'returned_other');

-- CreateEnum
CREATE TYPE "service_receiver" AS ENUM ('addressee', 'employee', 'co_resident', 'left_at_place', 'institution_head', 'electronic_box', 'document_office', 'public');

-- CreateEnum
CREATE TYPE "public_notice_ground" AS ENUM ('abroad', 'address_unknown', 'mail_returned', 'visits_failed');

-- CreateEnum
CREATE TYPE "public_notice_medium" AS ENUM ('national_tax_network', 'city_network', 'notice_board', 'gazette', 'newspaper');

-- CreateEnum
CREATE TYPE "person_kind" AS ENUM ('natural', 'corporate');

-- CreateEnum
CREATE TYPE "window_state" AS ENUM ('open', 'passed', 'waived', 'paid', 'cancelled');

-- CreateEnum
CREATE TYPE "choice_kind" AS ENUM ('pay', 'let_city_sell');

-- CreateEnum
CREATE TYPE "mandate_state" AS ENUM ('requested', 'approved', 'rejected', 'ended');

-- CreateEnum
CREATE TYPE "liquidation_state" AS ENUM ('running', 'paused', 'done');

-- CreateEnum
CREATE TYPE "decision_outcome" AS ENUM ('order', 'wait', 'stop', 'deny');

-- CreateEnum
CREATE TYPE "inquiry_state" AS ENUM ('drafted', 'sent', 'replied');

-- CreateEnum
CREATE TYPE "inquiry_identification" AS ENUM ('registration_number', 'name_birth_phone');

-- CreateEnum
CREATE TYPE "match_basis" AS ENUM ('registration_number', 'verified_identity', 'name_birth_phone', 'name_birth', 'none');

-- CreateEnum
CREATE TYPE "match_state" AS ENUM ('matched', 'probable', 'conflict', 'unmatched', 'confirmed', 'refused');

-- CreateEnum
CREATE TYPE "case_phase" AS ENUM ('proposed', 'approved', 'seized', 'transfer_demanded', 'in_custody', 'sale_noticed', 'voluntary_window', 'cleared_for_sale', 'selling', 'sale_done', 'distributing', 'settled', 'closed', 'refused');

-- CreateEnum
CREATE TYPE "case_origin" AS ENUM ('inquiry', 'old_seizure');

-- CreateEnum
CREATE TYPE "holding_state" AS ENUM ('proposed', 'seized', 'demanded', 'partly_received', 'received', 'selling', 'sold', 'returning', 'returned', 'released');

-- CreateEnum
CREATE TYPE "stay_kind" AS ENUM ('appeal', 'court_order', 'taxpayer_advocate', 'rehabilitation', 'bankruptcy', 'death', 'third_party_claim', 'collection_deferral', 'disposition_deferral', 'no_surplus', 'hardship', 'objection', 'bill_update', 'freeze');

-- CreateEnum
CREATE TYPE "stay_scope" AS ENUM ('seizure', 'sale', 'everything');

-- CreateEnum
CREATE TYPE "right_holder_kind" AS ENUM ('collateral_owner', 'pledgee', 'other');

-- CreateEnum
CREATE TYPE "valuation_occasion" AS ENUM ('proposal', 'seizure', 'sale_notice', 'sale');

-- CreateEnum
CREATE TYPE "release_ground" AS ENUM ('nothing_owed', 'not_needed', 'third_party_owner', 'third_party_judgment', 'other_property', 'exempt');

-- CreateEnum
CREATE TYPE "tax_level" AS ENUM ('province', 'metropolitan', 'city', 'gu');

-- CreateEnum
CREATE TYPE "write_off_state" AS ENUM ('none', 'held', 'prescribed');

-- CreateEnum
CREATE TYPE "deferral_kind" AS ENUM ('collection', 'insolvency', 'enforcement', 'instalment', 'promise');

-- CreateEnum
CREATE TYPE "bill_update_kind" AS ENUM ('payment_elsewhere', 'reduction', 'cancellation', 'increase');

-- CreateEnum
CREATE TYPE "bill_update_state" AS ENUM ('pending', 'posted', 'rejected');

-- CreateEnum
CREATE TYPE "money_tier" AS ENUM ('cost', 'tax', 'surcharge', 'late_penalty');

-- CreateEnum
CREATE TYPE "withdrawal_state" AS ENUM ('requested', 'approved', 'confirmed', 'received', 'rejected', 'failed');

-- CreateEnum
CREATE TYPE "bank_direction" AS ENUM ('in', 'out');

-- CreateEnum
CREATE TYPE "bank_line_state" AS ENUM ('unmatched', 'matched');

-- CreateEnum
CREATE TYPE "distribution_state" AS ENUM ('drafted', 'superseded', 'final');

-- CreateEnum
CREATE TYPE "objection_state" AS ENUM ('filed', 'withdrawn', 'upheld', 'dismissed');

-- CreateEnum
CREATE TYPE "refund_state" AS ENUM ('requested', 'approved', 'paid', 'rejected', 'cancelled', 'returned');

-- CreateTable
CREATE TABLE "audit_stream" (
    "stream" TEXT NOT NULL,
    "last_sequence" INTEGER NOT NULL,
    "last_hash" TEXT NOT NULL,

    CONSTRAINT "audit_stream_pkey" PRIMARY KEY ("stream")
);

-- CreateTable
CREATE TABLE "audit_event" (
    "id" BIGSERIAL NOT NULL,
    "stream" TEXT NOT NULL,
    "sequence" INTEGER NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "before_digest" TEXT,
    "after_digest" TEXT,
    "record_digest" TEXT,
    "payload" TEXT NOT NULL,
    "previous_hash" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "written_by" BIGINT NOT NULL,

    CONSTRAINT "audit_event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_seal" (
    "number" BIGINT NOT NULL,
    "event_id" BIGINT NOT NULL,
    "previous_seal" TEXT NOT NULL,
    "seal" TEXT NOT NULL,

    CONSTRAINT "audit_seal_pkey" PRIMARY KEY ("number")
);

-- CreateTable
CREATE TABLE "audit_unsealed" (
    "event_id" BIGINT NOT NULL,

    CONSTRAINT "audit_unsealed_pkey" PRIMARY KEY ("event_id")
);

-- CreateTable
CREATE TABLE "installation" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "kind" "installation_kind" NOT NULL,
    "trading_state" "trading_state" NOT NULL DEFAULT 'ACTIVE',
    "trading_state_reason" TEXT,
    "fingerprint" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "installation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "request_record" (
    "request_key" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "request_digest" TEXT NOT NULL,
    "answer_cipher" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "request_record_pkey" PRIMARY KEY ("request_key","actor")
);

-- CreateTable
CREATE TABLE "alert" (
    "id" SERIAL NOT NULL,
    "code" TEXT NOT NULL,
    "severity" "alert_severity" NOT NULL,
    "subject" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "facts" JSONB NOT NULL,
    "raised_at" TIMESTAMPTZ(3) NOT NULL,
    "delivered_at" TIMESTAMPTZ(3),
    "delivered_to" TEXT[],
    "delivery_attempts" INTEGER NOT NULL DEFAULT 0,
    "next_attempt_at" TIMESTAMPTZ(3),
    "acknowledged_by_id" INTEGER,
    "acknowledged_at" TIMESTAMPTZ(3),

    CONSTRAINT "alert_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "doorbell" (
    "queue" TEXT NOT NULL,
    "row_id" INTEGER NOT NULL,
    "rings" INTEGER NOT NULL DEFAULT 1,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "rung_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "doorbell_pkey" PRIMARY KEY ("queue","row_id")
);

-- CreateTable
CREATE TABLE "venue_deposit" (
    "id" SERIAL NOT NULL,
    "venue_account_id" INTEGER NOT NULL,
    "deposit_id" TEXT NOT NULL,
    "asset" TEXT NOT NULL,
    "network" TEXT,
    "quantity" DECIMAL(38,18) NOT NULL,
    "transaction_id" TEXT,
    "route" TEXT NOT NULL,
    "credited_at" TIMESTAMPTZ(3) NOT NULL,
    "state" "deposit_state" NOT NULL,
    "matched_quantity" DECIMAL(38,18) NOT NULL,
    "returned_quantity" DECIMAL(38,18) NOT NULL DEFAULT 0,
    "reasons" TEXT[],
    "ledger_entry_id" BIGINT NOT NULL,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL,
    "resolved_at" TIMESTAMPTZ(3),

    CONSTRAINT "venue_deposit_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "deposit_match" (
    "id" SERIAL NOT NULL,
    "deposit_row_id" INTEGER NOT NULL,
    "case_id" INTEGER NOT NULL,
    "holding_id" INTEGER,
    "quantity" DECIMAL(38,18) NOT NULL,
    "ground" "match_ground" NOT NULL,
    "reason" TEXT NOT NULL,
    "matched_by_id" INTEGER,
    "matched_at" TIMESTAMPTZ(3) NOT NULL,
    "ledger_entry_id" BIGINT NOT NULL,

    CONSTRAINT "deposit_match_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "deposit_allocation" (
    "id" SERIAL NOT NULL,
    "deposit_row_id" INTEGER NOT NULL,
    "use" "allocation_use" NOT NULL,
    "quantity" DECIMAL(38,18) NOT NULL,
    "withdrawal_row_id" INTEGER,
    "reason" TEXT NOT NULL,
    "state" "allocation_state" NOT NULL DEFAULT 'requested',
    "approval_id" INTEGER,
    "ledger_entry_id" BIGINT,
    "created_by_id" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "decided_at" TIMESTAMPTZ(3),
    "end_reason" TEXT,
    "reversal_approval_id" INTEGER,
    "reversal_entry_id" BIGINT,

    CONSTRAINT "deposit_allocation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "coin_transfer" (
    "id" SERIAL NOT NULL,
    "holding_id" INTEGER,
    "case_id" INTEGER,
    "deposit_row_id" INTEGER,
    "venue_account_id" INTEGER NOT NULL,
    "asset" TEXT NOT NULL,
    "quantity" DECIMAL(38,18) NOT NULL,
    "amended_from" DECIMAL(38,18),
    "destination_reference" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "intent_id" INTEGER,
    "approval_id" INTEGER,
    "state" "transfer_state" NOT NULL,
    "transaction_id" TEXT,
    "created_by_id" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "instructed_at" TIMESTAMPTZ(3),
    "confirmed_by_id" INTEGER,
    "confirmed_at" TIMESTAMPTZ(3),
    "sent_entry_id" BIGINT,
    "overdue_alerted_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "end_reason" TEXT,

    CONSTRAINT "coin_transfer_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "venue_withdrawal" (
    "id" SERIAL NOT NULL,
    "venue_account_id" INTEGER NOT NULL,
    "withdrawal_id" TEXT NOT NULL,
    "asset" TEXT NOT NULL,
    "quantity" DECIMAL(38,18) NOT NULL,
    "fee" DECIMAL(38,18) NOT NULL,
    "transaction_id" TEXT,
    "state" TEXT NOT NULL,
    "matched_to" TEXT,
    "ledger_entry_id" BIGINT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "done_at" TIMESTAMPTZ(3),
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "venue_withdrawal_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "transfer_report_row" (
    "id" SERIAL NOT NULL,
    "import_file_id" INTEGER NOT NULL,
    "line_number" INTEGER NOT NULL,
    "case_id" INTEGER NOT NULL,
    "holding_id" INTEGER NOT NULL,
    "asset" TEXT NOT NULL,
    "quantity" DECIMAL(38,18) NOT NULL,
    "transaction_id" TEXT NOT NULL,
    "transferred_on" DATE NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "transfer_report_row_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "user_account" (
    "id" SERIAL NOT NULL,
    "login_name" TEXT NOT NULL,
    "display_name" TEXT NOT NULL,
    "division" TEXT NOT NULL,
    "roles" "role"[],
    "password_hash" TEXT,
    "totp_secret_cipher" BYTEA,
    "totp_last_step" BIGINT,
    "totp_confirmed_at" TIMESTAMPTZ(3),
    "active" BOOLEAN NOT NULL DEFAULT true,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "user_account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sign_in_throttle" (
    "login_index" TEXT NOT NULL,
    "failed_attempts" INTEGER NOT NULL,
    "last_failed_at" TIMESTAMPTZ(3) NOT NULL,
    "locked_until" TIMESTAMPTZ(3),

    CONSTRAINT "sign_in_throttle_pkey" PRIMARY KEY ("login_index")
);

-- CreateTable
CREATE TABLE "sign_in_session" (
    "id" SERIAL NOT NULL,
    "user_id" INTEGER NOT NULL,
    "token_digest" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "second_factor_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "sign_in_session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "machine_token" (
    "id" SERIAL NOT NULL,
    "label" TEXT NOT NULL,
    "token_digest" TEXT NOT NULL,
    "scopes" TEXT[],
    "created_by_id" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "machine_token_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "one_time_link" (
    "id" SERIAL NOT NULL,
    "purpose" "one_time_link_purpose" NOT NULL,
    "user_id" INTEGER,
    "token_digest" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "one_time_link_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "deputy" (
    "id" SERIAL NOT NULL,
    "absent_id" INTEGER NOT NULL,
    "deputy_id" INTEGER NOT NULL,
    "from_day" DATE NOT NULL,
    "until_day" DATE NOT NULL,
    "reason" TEXT NOT NULL,
    "granted_by_id" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "deputy_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "approval" (
    "id" SERIAL NOT NULL,
    "kind" "approval_kind" NOT NULL,
    "subject_type" TEXT NOT NULL,
    "subject_id" INTEGER NOT NULL,
    "summary" TEXT NOT NULL,
    "content" JSONB NOT NULL,
    "content_digest" TEXT NOT NULL,
    "money_at_stake" BIGINT,
    "reason" TEXT NOT NULL,
    "requested_by_id" INTEGER NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "state" "approval_state" NOT NULL DEFAULT 'pending',
    "decided_by_id" INTEGER,
    "decided_at" TIMESTAMPTZ(3),
    "decision_reason" TEXT,
    "second_needed" BOOLEAN NOT NULL DEFAULT false,
    "first_decided_by_id" INTEGER,
    "first_decided_at" TIMESTAMPTZ(3),
    "first_decision_reason" TEXT,

    CONSTRAINT "approval_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "import_file" (
    "id" SERIAL NOT NULL,
    "kind" "import_kind" NOT NULL,
    "digest" TEXT NOT NULL,
    "size_bytes" BIGINT NOT NULL,
    "state" "import_state" NOT NULL,
    "row_count" INTEGER NOT NULL,
    "good_count" INTEGER NOT NULL,
    "bad_count" INTEGER NOT NULL,
    "report" JSONB NOT NULL,
    "uploaded_by_id" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "stored_at" TIMESTAMPTZ(3),

    CONSTRAINT "import_file_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "intent" (
    "id" SERIAL NOT NULL,
    "identifier" TEXT NOT NULL,
    "port" "intent_port" NOT NULL,
    "subject" TEXT NOT NULL,
    "state" "intent_state" NOT NULL DEFAULT 'open',
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "first_sent_at" TIMESTAMPTZ(3),
    "last_sent_at" TIMESTAMPTZ(3),
    "send_count" INTEGER NOT NULL DEFAULT 0,
    "next_look_at" TIMESTAMPTZ(3),
    "not_found_at" TIMESTAMPTZ(3)[],
    "last_answer" JSONB,
    "settled_at" TIMESTAMPTZ(3),

    CONSTRAINT "intent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ledger_chart" (
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "normal_side" TEXT NOT NULL,
    "guarded" BOOLEAN NOT NULL,
    "asset_class" TEXT NOT NULL,

    CONSTRAINT "ledger_chart_pkey" PRIMARY KEY ("code")
);

-- CreateTable
CREATE TABLE "ledger_account" (
    "id" BIGSERIAL NOT NULL,
    "chart_code" TEXT NOT NULL,
    "asset" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "place" TEXT NOT NULL,

    CONSTRAINT "ledger_account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ledger_balance" (
    "account_id" BIGINT NOT NULL,
    "balance" DECIMAL(38,18) NOT NULL,
    "guard" SMALLINT NOT NULL,

    CONSTRAINT "ledger_balance_pkey" PRIMARY KEY ("account_id")
);

-- CreateTable
CREATE TABLE "ledger_entry" (
    "id" BIGSERIAL NOT NULL,
    "idempotency_key" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "occurred_on" DATE NOT NULL,
    "posted_on" DATE NOT NULL,
    "booked_at" TIMESTAMPTZ(3) NOT NULL,
    "actor" TEXT NOT NULL,
    "cause" TEXT NOT NULL,
    "memo" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "reverses_id" BIGINT,
    "written_by" BIGINT NOT NULL,

    CONSTRAINT "ledger_entry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ledger_line" (
    "entry_id" BIGINT NOT NULL,
    "line_number" SMALLINT NOT NULL,
    "account_id" BIGINT NOT NULL,
    "amount" DECIMAL(38,18) NOT NULL,

    CONSTRAINT "ledger_line_pkey" PRIMARY KEY ("entry_id","line_number")
);

-- CreateTable
CREATE TABLE "ledger_period" (
    "month" DATE NOT NULL,
    "closed_at" TIMESTAMPTZ(3) NOT NULL,
    "closed_by" TEXT NOT NULL,

    CONSTRAINT "ledger_period_pkey" PRIMARY KEY ("month")
);

-- CreateTable
CREATE TABLE "notice" (
    "id" SERIAL NOT NULL,
    "number" TEXT NOT NULL,
    "kind" "notice_kind" NOT NULL,
    "subject" TEXT NOT NULL,
    "recipient_kind" "recipient_kind" NOT NULL,
    "recipient_id" INTEGER,
    "venue_code" TEXT,
    "template_version" TEXT NOT NULL,
    "content_cipher" BYTEA NOT NULL,
    "content_digest" TEXT NOT NULL,
    "state" "notice_state" NOT NULL DEFAULT 'issued',
    "issued_on" DATE NOT NULL,
    "issued_by_id" INTEGER,
    "stated_deadline_on" DATE,
    "deadline_on" DATE,
    "served_on" DATE,
    "proven_at" TIMESTAMPTZ(3),
    "cancel_reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "notice_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "service_attempt" (
    "id" SERIAL NOT NULL,
    "notice_id" INTEGER NOT NULL,
    "method" "service_method" NOT NULL,
    "dispatched_on" DATE NOT NULL,
    "tracking_number" TEXT,
    "public_notice_ground" "public_notice_ground",
    "public_notice_media" "public_notice_medium"[],
    "ground_reference" TEXT,
    "result" "service_result" NOT NULL DEFAULT 'pending',
    "received_by" "service_receiver",
    "result_on" DATE,
    "effective_on" DATE,
    "proof_document_id" INTEGER,
    "proof_digest" TEXT,
    "proof_reference" TEXT,
    "dispatched_by_id" INTEGER,
    "recorded_by_id" INTEGER,
    "recorded_at" TIMESTAMPTZ(3),
    "import_file_id" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "service_attempt_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "stored_document" (
    "id" SERIAL NOT NULL,
    "kind" TEXT NOT NULL,
    "media_type" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "size_bytes" INTEGER NOT NULL,
    "content_cipher" BYTEA NOT NULL,
    "uploaded_by_id" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "stored_document_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "person" (
    "id" SERIAL NOT NULL,
    "kind" "person_kind" NOT NULL,
    "key_cipher" BYTEA,
    "details_cipher" BYTEA,
    "registration_index" TEXT,
    "name_birth_index" TEXT,
    "name_birth_phone_index" TEXT,
    "sample" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "erased_at" TIMESTAMPTZ(3),

    CONSTRAINT "person_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "policy_value" (
    "id" SERIAL NOT NULL,
    "key" TEXT NOT NULL,
    "value" JSONB NOT NULL,
    "valid_from" DATE NOT NULL,
    "valid_to" DATE,
    "source" TEXT NOT NULL,
    "approval_id" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "policy_value_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sale_window" (
    "id" SERIAL NOT NULL,
    "case_id" INTEGER NOT NULL,
    "opens_on" DATE NOT NULL,
    "ends_on" DATE NOT NULL,
    "window_days" INTEGER NOT NULL,
    "state" "window_state" NOT NULL DEFAULT 'open',
    "closed_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sale_window_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "window_choice" (
    "id" SERIAL NOT NULL,
    "case_id" INTEGER NOT NULL,
    "kind" "choice_kind" NOT NULL,
    "made_on" DATE NOT NULL,
    "proof_document_id" INTEGER,
    "proof_reference" TEXT NOT NULL,
    "recorded_by_id" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),
    "revoked_by_id" INTEGER,
    "revoked_on" DATE,
    "revoke_reference" TEXT,

    CONSTRAINT "window_choice_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "mandate" (
    "id" SERIAL NOT NULL,
    "case_id" INTEGER NOT NULL,
    "approval_id" INTEGER,
    "state" "mandate_state" NOT NULL DEFAULT 'requested',
    "ends_on" DATE NOT NULL,
    "policy_version" TEXT NOT NULL,
    "created_by_id" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "mandate_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "mandate_asset" (
    "mandate_id" INTEGER NOT NULL,
    "asset" TEXT NOT NULL,
    "maximum_quantity" DECIMAL(38,18) NOT NULL,
    "price_floor" DECIMAL(38,18) NOT NULL,

    CONSTRAINT "mandate_asset_pkey" PRIMARY KEY ("mandate_id","asset")
);

-- CreateTable
CREATE TABLE "liquidation" (
    "id" SERIAL NOT NULL,
    "case_id" INTEGER NOT NULL,
    "mandate_id" INTEGER NOT NULL,
    "venue_account_id" INTEGER NOT NULL,
    "state" "liquidation_state" NOT NULL,
    "next_step_at" TIMESTAMPTZ(3) NOT NULL,
    "last_code" TEXT,
    "step_count" INTEGER NOT NULL DEFAULT 0,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "liquidation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sale_decision" (
    "id" SERIAL NOT NULL,
    "liquidation_id" INTEGER NOT NULL,
    "case_id" INTEGER NOT NULL,
    "step_number" INTEGER NOT NULL,
    "decided_at" TIMESTAMPTZ(3) NOT NULL,
    "rule_version" TEXT NOT NULL,
    "policy_version" TEXT NOT NULL,
    "inputs" JSONB NOT NULL,
    "inputs_digest" TEXT NOT NULL,
    "outcome" "decision_outcome" NOT NULL,
    "codes" TEXT[],
    "result" JSONB NOT NULL,

    CONSTRAINT "sale_decision_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sale_order" (
    "id" SERIAL NOT NULL,
    "intent_id" INTEGER NOT NULL,
    "decision_id" INTEGER NOT NULL,
    "case_id" INTEGER NOT NULL,
    "holding_id" INTEGER NOT NULL,
    "venue_account_id" INTEGER NOT NULL,
    "symbol" TEXT NOT NULL,
    "asset" TEXT NOT NULL,
    "quantity" DECIMAL(38,18) NOT NULL,
    "limit_price" DECIMAL(38,18) NOT NULL,
    "maximum_proceeds" DECIMAL(38,18) NOT NULL,
    "exceeds_need" BOOLEAN NOT NULL DEFAULT false,
    "venue_order_id" TEXT,
    "status_word" TEXT,
    "executed_quantity" DECIMAL(38,18),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "closed_at" TIMESTAMPTZ(3),

    CONSTRAINT "sale_order_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "order_fill" (
    "id" SERIAL NOT NULL,
    "order_id" INTEGER NOT NULL,
    "case_id" INTEGER NOT NULL,
    "holding_id" INTEGER NOT NULL,
    "venue_account_id" INTEGER NOT NULL,
    "trade_id" TEXT NOT NULL,
    "quantity" DECIMAL(38,18) NOT NULL,
    "price" DECIMAL(38,18) NOT NULL,
    "proceeds" DECIMAL(38,18) NOT NULL,
    "fee" DECIMAL(38,18) NOT NULL,
    "filled_at" TIMESTAMPTZ(3) NOT NULL,
    "ledger_entry_id" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "order_fill_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "inquiry_request" (
    "id" SERIAL NOT NULL,
    "number" TEXT NOT NULL,
    "venue_code" TEXT NOT NULL,
    "identification" "inquiry_identification" NOT NULL,
    "selection" JSONB NOT NULL,
    "state" "inquiry_state" NOT NULL DEFAULT 'drafted',
    "created_by_id" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "sent_on" DATE,
    "sent_reference" TEXT,
    "file_digest" TEXT,

    CONSTRAINT "inquiry_request_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "inquiry_subject" (
    "id" SERIAL NOT NULL,
    "request_id" INTEGER NOT NULL,
    "person_id" INTEGER NOT NULL,
    "line_number" INTEGER NOT NULL,

    CONSTRAINT "inquiry_subject_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "holdings_reply" (
    "id" SERIAL NOT NULL,
    "request_id" INTEGER NOT NULL,
    "import_file_id" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "holdings_reply_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "holdings_reply_row" (
    "id" SERIAL NOT NULL,
    "reply_id" INTEGER NOT NULL,
    "line_number" INTEGER NOT NULL,
    "asset" TEXT NOT NULL,
    "quantity" DECIMAL(38,18) NOT NULL,
    "request_line" INTEGER,
    "account_reference" TEXT NOT NULL,
    "identity_cipher" BYTEA NOT NULL,
    "basis" "match_basis" NOT NULL,
    "state" "match_state" NOT NULL,
    "person_id" INTEGER,
    "reasons" TEXT[],
    "decided_by_id" INTEGER,
    "decided_at" TIMESTAMPTZ(3),
    "decision_reason" TEXT,
    "decision_proof" TEXT,
    "case_id" INTEGER,

    CONSTRAINT "holdings_reply_row_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "seizure_case" (
    "id" SERIAL NOT NULL,
    "number" TEXT NOT NULL,
    "person_id" INTEGER NOT NULL,
    "venue_code" TEXT NOT NULL,
    "origin" "case_origin" NOT NULL,
    "phase" "case_phase" NOT NULL,
    "phase_since" TIMESTAMPTZ(3) NOT NULL,
    "phase_deadline_on" DATE,
    "officer_id" INTEGER NOT NULL,
    "opened_at" TIMESTAMPTZ(3) NOT NULL,
    "seized_on" DATE,
    "served_on_venue_at" TIMESTAMPTZ(3),
    "in_custody_at" TIMESTAMPTZ(3),
    "approval_id" INTEGER,
    "need_krw" BIGINT,
    "limit_krw" BIGINT,
    "settlement_on" DATE,
    "margin_reason" TEXT,
    "old_seizure_number" TEXT,
    "supplemented_on" DATE,
    "closed_at" TIMESTAMPTZ(3),
    "close_reason" TEXT,
    "refusal_code" TEXT,

    CONSTRAINT "seizure_case_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "case_bill" (
    "case_id" INTEGER NOT NULL,
    "bill_id" INTEGER NOT NULL,
    "amount_at_seizure" BIGINT NOT NULL,

    CONSTRAINT "case_bill_pkey" PRIMARY KEY ("case_id","bill_id")
);

-- CreateTable
CREATE TABLE "holding" (
    "id" SERIAL NOT NULL,
    "case_id" INTEGER NOT NULL,
    "asset" TEXT NOT NULL,
    "venue_account_id" INTEGER,
    "account_reference" TEXT NOT NULL,
    "seized_quantity" DECIMAL(38,18) NOT NULL,
    "demanded_quantity" DECIMAL(38,18) NOT NULL,
    "state" "holding_state" NOT NULL,
    "state_since" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "holding_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "stay" (
    "id" SERIAL NOT NULL,
    "case_id" INTEGER NOT NULL,
    "kind" "stay_kind" NOT NULL,
    "scope" "stay_scope" NOT NULL,
    "legal_ground" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "from_day" DATE NOT NULL,
    "until_day" DATE,
    "cause" TEXT,
    "created_by_id" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "lifted_at" TIMESTAMPTZ(3),
    "lifted_by_id" INTEGER,
    "lift_reason" TEXT,

    CONSTRAINT "stay_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "right_holder" (
    "id" SERIAL NOT NULL,
    "case_id" INTEGER NOT NULL,
    "person_id" INTEGER NOT NULL,
    "kind" "right_holder_kind" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "right_holder_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "valuation" (
    "id" SERIAL NOT NULL,
    "case_id" INTEGER NOT NULL,
    "holding_id" INTEGER NOT NULL,
    "occasion" "valuation_occasion" NOT NULL,
    "taken_at" TIMESTAMPTZ(3) NOT NULL,
    "price_source" TEXT NOT NULL,
    "price_at" TIMESTAMPTZ(3) NOT NULL,
    "quantity" DECIMAL(38,18) NOT NULL,
    "price" DECIMAL(38,18) NOT NULL,
    "depth_krw" BIGINT NOT NULL,
    "depth_covers" BOOLEAN NOT NULL,
    "value_krw" BIGINT NOT NULL,

    CONSTRAINT "valuation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "case_handover" (
    "id" SERIAL NOT NULL,
    "case_id" INTEGER NOT NULL,
    "from_id" INTEGER NOT NULL,
    "to_id" INTEGER NOT NULL,
    "reason" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "case_handover_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "release" (
    "id" SERIAL NOT NULL,
    "case_id" INTEGER NOT NULL,
    "ground" "release_ground" NOT NULL,
    "reason" TEXT NOT NULL,
    "released_on" DATE NOT NULL,
    "created_by_id" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "release_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "bill" (
    "id" SERIAL NOT NULL,
    "person_id" INTEGER NOT NULL,
    "notice_number" TEXT NOT NULL,
    "tax_year" INTEGER NOT NULL,
    "arisen_on" DATE NOT NULL,
    "due_on" DATE NOT NULL,
    "served_on" DATE,
    "withholding_agent" BOOLEAN NOT NULL DEFAULT false,
    "dunning_issued_on" DATE,
    "dunning_served_on" DATE,
    "dunning_deadline_on" DATE,
    "primary_notice_number" TEXT,
    "write_off_state" "write_off_state" NOT NULL DEFAULT 'none',
    "prescribed_from" DATE,
    "figures_digest" TEXT NOT NULL,
    "import_file_id" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "bill_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "bill_line" (
    "id" SERIAL NOT NULL,
    "bill_id" INTEGER NOT NULL,
    "line_number" INTEGER NOT NULL,
    "tax_item_code" TEXT NOT NULL,
    "tax_item_name" TEXT NOT NULL,
    "level" "tax_level" NOT NULL,
    "principal_krw" BIGINT NOT NULL,
    "surcharge_krw" BIGINT NOT NULL,

    CONSTRAINT "bill_line_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "prior_payment" (
    "id" SERIAL NOT NULL,
    "bill_line_id" INTEGER NOT NULL,
    "paid_on" DATE NOT NULL,
    "principal_krw" BIGINT NOT NULL,
    "surcharge_krw" BIGINT NOT NULL,
    "penalty_krw" BIGINT NOT NULL,

    CONSTRAINT "prior_payment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "deferral" (
    "id" SERIAL NOT NULL,
    "bill_id" INTEGER NOT NULL,
    "kind" "deferral_kind" NOT NULL,
    "from_day" DATE NOT NULL,
    "until_day" DATE NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "deferral_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "bill_update" (
    "id" SERIAL NOT NULL,
    "bill_id" INTEGER NOT NULL,
    "bill_line_id" INTEGER NOT NULL,
    "kind" "bill_update_kind" NOT NULL,
    "occurred_on" DATE NOT NULL,
    "principal_krw" BIGINT NOT NULL,
    "surcharge_krw" BIGINT NOT NULL,
    "penalty_krw" BIGINT NOT NULL,
    "document_number" TEXT NOT NULL,
    "reason" TEXT,
    "import_file_id" INTEGER NOT NULL,
    "import_line" INTEGER NOT NULL,
    "approval_id" INTEGER,
    "state" "bill_update_state" NOT NULL DEFAULT 'pending',
    "ledger_entry_id" BIGINT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "decided_at" TIMESTAMPTZ(3),

    CONSTRAINT "bill_update_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "bill_receipt" (
    "id" SERIAL NOT NULL,
    "receipt_number" TEXT NOT NULL,
    "bill_id" INTEGER NOT NULL,
    "bill_line_id" INTEGER NOT NULL,
    "tier" "money_tier" NOT NULL,
    "amount_krw" BIGINT NOT NULL,
    "occurred_on" DATE NOT NULL,
    "source" TEXT NOT NULL,
    "case_id" INTEGER,
    "ledger_entry_id" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "exported_at" TIMESTAMPTZ(3),
    "export_id" INTEGER,

    CONSTRAINT "bill_receipt_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "receipt_export" (
    "id" SERIAL NOT NULL,
    "from_day" DATE,
    "until_day" DATE,
    "row_count" INTEGER NOT NULL,
    "total_krw" BIGINT NOT NULL,
    "digest" TEXT NOT NULL,
    "created_by_id" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "receipt_export_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "official_balance" (
    "id" SERIAL NOT NULL,
    "import_file_id" INTEGER NOT NULL,
    "bill_line_id" INTEGER NOT NULL,
    "as_of_day" DATE NOT NULL,
    "principal_krw" BIGINT NOT NULL,
    "surcharge_krw" BIGINT NOT NULL,
    "penalty_krw" BIGINT,

    CONSTRAINT "official_balance_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "won_withdrawal" (
    "id" SERIAL NOT NULL,
    "number" TEXT NOT NULL,
    "venue_account_id" INTEGER NOT NULL,
    "amount_krw" BIGINT NOT NULL,
    "fee_krw" BIGINT NOT NULL,
    "state" "withdrawal_state" NOT NULL,
    "intent_id" INTEGER,
    "approval_id" INTEGER,
    "venue_reference" TEXT,
    "created_by_id" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "instructed_at" TIMESTAMPTZ(3),
    "confirmed_by_id" INTEGER,
    "confirmed_at" TIMESTAMPTZ(3),
    "sent_entry_id" BIGINT,
    "compared_at" TIMESTAMPTZ(3),
    "received_on" DATE,
    "bank_line_id" INTEGER,
    "received_entry_id" BIGINT,
    "end_reason" TEXT,

    CONSTRAINT "won_withdrawal_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "withdrawal_share" (
    "withdrawal_id" INTEGER NOT NULL,
    "case_id" INTEGER NOT NULL,
    "amount_krw" BIGINT NOT NULL,
    "fee_krw" BIGINT NOT NULL,

    CONSTRAINT "withdrawal_share_pkey" PRIMARY KEY ("withdrawal_id","case_id")
);

-- CreateTable
CREATE TABLE "bank_line" (
    "id" SERIAL NOT NULL,
    "import_file_id" INTEGER NOT NULL,
    "line_number" INTEGER NOT NULL,
    "bank_serial" TEXT NOT NULL,
    "occurred_on" DATE NOT NULL,
    "direction" "bank_direction" NOT NULL,
    "amount_krw" BIGINT NOT NULL,
    "reference" TEXT,
    "counterpart_cipher" BYTEA NOT NULL,
    "state" "bank_line_state" NOT NULL DEFAULT 'unmatched',
    "unmatched_reason" TEXT,
    "matched_to" TEXT,
    "matched_by_id" INTEGER,
    "matched_at" TIMESTAMPTZ(3),
    "unidentified_entry_id" BIGINT,
    "ledger_entry_id" BIGINT,

    CONSTRAINT "bank_line_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "distribution" (
    "id" SERIAL NOT NULL,
    "number" TEXT NOT NULL,
    "case_id" INTEGER NOT NULL,
    "state" "distribution_state" NOT NULL DEFAULT 'drafted',
    "first_receipt_on" DATE NOT NULL,
    "draft_filed_on" DATE NOT NULL,
    "distribution_on" DATE NOT NULL,
    "claims_on" DATE NOT NULL,
    "extension_reason" TEXT,
    "gross_krw" DECIMAL(38,18) NOT NULL,
    "costs_krw" DECIMAL(38,18) NOT NULL,
    "residue_krw" DECIMAL(38,18) NOT NULL,
    "interest_krw" BIGINT NOT NULL,
    "net_krw" BIGINT NOT NULL,
    "surplus_krw" BIGINT NOT NULL,
    "draft_digest" TEXT NOT NULL,
    "policy_version" TEXT NOT NULL,
    "notices_after_id" INTEGER NOT NULL,
    "created_by_id" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "superseded_at" TIMESTAMPTZ(3),
    "superseded_reason" TEXT,
    "final_at" TIMESTAMPTZ(3),
    "ledger_entry_id" BIGINT,

    CONSTRAINT "distribution_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "distribution_line" (
    "id" SERIAL NOT NULL,
    "distribution_id" INTEGER NOT NULL,
    "rank" INTEGER NOT NULL,
    "tier" "money_tier" NOT NULL,
    "bill_id" INTEGER,
    "bill_line_id" INTEGER,
    "claim_krw" DECIMAL(38,18) NOT NULL,
    "amount_krw" DECIMAL(38,18) NOT NULL,
    "reason" TEXT NOT NULL,

    CONSTRAINT "distribution_line_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "distribution_objection" (
    "id" SERIAL NOT NULL,
    "distribution_id" INTEGER NOT NULL,
    "filed_on" DATE NOT NULL,
    "filed_by_id" INTEGER NOT NULL,
    "content_cipher" BYTEA NOT NULL,
    "state" "objection_state" NOT NULL DEFAULT 'filed',
    "decided_by_id" INTEGER,
    "decided_at" TIMESTAMPTZ(3),
    "decision_reason" TEXT,
    "appeal_proven_on" DATE,
    "appeal_reference" TEXT,
    "recorded_by_id" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "distribution_objection_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "refund" (
    "id" SERIAL NOT NULL,
    "number" TEXT NOT NULL,
    "case_id" INTEGER,
    "source_line_id" INTEGER,
    "amount_krw" BIGINT NOT NULL,
    "payee_cipher" BYTEA,
    "payee_digest" TEXT NOT NULL,
    "state" "refund_state" NOT NULL DEFAULT 'requested',
    "approval_id" INTEGER,
    "created_by_id" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "paid_on" DATE,
    "bank_line_id" INTEGER,
    "ledger_entry_id" BIGINT,
    "returned_on" DATE,
    "return_line_id" INTEGER,
    "return_entry_id" BIGINT,

    CONSTRAINT "refund_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "venue_account" (
    "id" SERIAL NOT NULL,
    "venue_code" TEXT NOT NULL,
    "label" TEXT NOT NULL,
    "base_url" TEXT NOT NULL,
    "access_key_cipher" BYTEA NOT NULL,
    "secret_key_cipher" BYTEA NOT NULL,
    "access_key_index" TEXT NOT NULL,
    "access_key_hint" TEXT NOT NULL,
    "key_expires_on" DATE,
    "key_set_at" TIMESTAMPTZ(3) NOT NULL,
    "key_expiry_warned_at" TIMESTAMPTZ(3),
    "key_permissions" TEXT[],
    "paper" BOOLEAN NOT NULL,
    "training" BOOLEAN NOT NULL DEFAULT false,
    "trading_state" "trading_state" NOT NULL DEFAULT 'ACTIVE',
    "trading_state_reason" TEXT,
    "deposits_read_at" TIMESTAMPTZ(3),
    "deposits_settled_until" TIMESTAMPTZ(3) NOT NULL,
    "withdrawals_settled_until" TIMESTAMPTZ(3) NOT NULL,
    "reconciled_at" TIMESTAMPTZ(3),
    "poll_started_at" TIMESTAMPTZ(3),
    "failed_polls" INTEGER NOT NULL DEFAULT 0,
    "created_by_id" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "venue_account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "venue_deposit_address" (
    "id" SERIAL NOT NULL,
    "venue_account_id" INTEGER NOT NULL,
    "asset" TEXT NOT NULL,
    "network" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "secondary_address" TEXT,
    "checked_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "venue_deposit_address_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "asset_freeze" (
    "id" SERIAL NOT NULL,
    "venue_account_id" INTEGER NOT NULL,
    "asset" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "facts" JSONB NOT NULL,
    "frozen_at" TIMESTAMPTZ(3) NOT NULL,
    "lifted_at" TIMESTAMPTZ(3),
    "approval_id" INTEGER,

    CONSTRAINT "asset_freeze_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "balance_reading" (
    "id" SERIAL NOT NULL,
    "venue_account_id" INTEGER NOT NULL,
    "asset" TEXT NOT NULL,
    "read_at" TIMESTAMPTZ(3) NOT NULL,
    "venue_quantity" DECIMAL(38,18) NOT NULL,
    "ledger_quantity" DECIMAL(38,18) NOT NULL,
    "tolerance_low" DECIMAL(38,18) NOT NULL,
    "tolerance_high" DECIMAL(38,18) NOT NULL,
    "agrees" BOOLEAN NOT NULL,
    "breaks_in_row" INTEGER NOT NULL,

    CONSTRAINT "balance_reading_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "audit_event_subject_idx" ON "audit_event"("subject");

-- CreateIndex
CREATE INDEX "audit_event_occurred_at_idx" ON "audit_event"("occurred_at");

-- CreateIndex
CREATE UNIQUE INDEX "audit_event_stream_sequence_key" ON "audit_event"("stream", "sequence");

-- CreateIndex
CREATE UNIQUE INDEX "audit_seal_event_id_key" ON "audit_seal"("event_id");

-- CreateIndex
CREATE INDEX "alert_delivered_at_next_attempt_at_idx" ON "alert"("delivered_at", "next_attempt_at");

-- CreateIndex
CREATE INDEX "alert_subject_code_idx" ON "alert"("subject", "code");

-- CreateIndex
CREATE INDEX "venue_deposit_state_idx" ON "venue_deposit"("state");

-- CreateIndex
CREATE INDEX "venue_deposit_asset_transaction_id_idx" ON "venue_deposit"("asset", "transaction_id");

-- CreateIndex
CREATE UNIQUE INDEX "venue_deposit_venue_account_id_deposit_id_key" ON "venue_deposit"("venue_account_id", "deposit_id");

-- CreateIndex
CREATE INDEX "deposit_match_deposit_row_id_idx" ON "deposit_match"("deposit_row_id");

-- CreateIndex
CREATE INDEX "deposit_match_holding_id_idx" ON "deposit_match"("holding_id");

-- CreateIndex
CREATE INDEX "deposit_match_case_id_idx" ON "deposit_match"("case_id");

-- CreateIndex
CREATE INDEX "deposit_allocation_deposit_row_id_state_idx" ON "deposit_allocation"("deposit_row_id", "state");

-- CreateIndex
CREATE INDEX "deposit_allocation_withdrawal_row_id_idx" ON "deposit_allocation"("withdrawal_row_id");

-- CreateIndex
CREATE UNIQUE INDEX "coin_transfer_intent_id_key" ON "coin_transfer"("intent_id");

-- CreateIndex
CREATE INDEX "coin_transfer_case_id_idx" ON "coin_transfer"("case_id");

-- CreateIndex
CREATE INDEX "coin_transfer_holding_id_idx" ON "coin_transfer"("holding_id");

-- CreateIndex
CREATE INDEX "coin_transfer_venue_account_id_state_idx" ON "coin_transfer"("venue_account_id", "state");

-- CreateIndex
CREATE UNIQUE INDEX "venue_withdrawal_matched_to_key" ON "venue_withdrawal"("matched_to");

-- CreateIndex
CREATE INDEX "venue_withdrawal_venue_account_id_asset_state_idx" ON "venue_withdrawal"("venue_account_id", "asset", "state");

-- CreateIndex
CREATE UNIQUE INDEX "venue_withdrawal_venue_account_id_withdrawal_id_key" ON "venue_withdrawal"("venue_account_id", "withdrawal_id");

-- CreateIndex
CREATE INDEX "transfer_report_row_holding_id_idx" ON "transfer_report_row"("holding_id");

-- CreateIndex
CREATE UNIQUE INDEX "transfer_report_row_asset_transaction_id_key" ON "transfer_report_row"("asset", "transaction_id");

-- CreateIndex
CREATE UNIQUE INDEX "user_account_login_name_key" ON "user_account"("login_name");

-- CreateIndex
CREATE INDEX "sign_in_throttle_last_failed_at_idx" ON "sign_in_throttle"("last_failed_at");

-- CreateIndex
CREATE UNIQUE INDEX "sign_in_session_token_digest_key" ON "sign_in_session"("token_digest");

-- CreateIndex
CREATE INDEX "sign_in_session_user_id_idx" ON "sign_in_session"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "machine_token_token_digest_key" ON "machine_token"("token_digest");

-- CreateIndex
CREATE UNIQUE INDEX "one_time_link_token_digest_key" ON "one_time_link"("token_digest");

-- CreateIndex
CREATE INDEX "deputy_deputy_id_idx" ON "deputy"("deputy_id");

-- CreateIndex
CREATE INDEX "approval_state_expires_at_idx" ON "approval"("state", "expires_at");

-- CreateIndex
CREATE INDEX "approval_kind_subject_type_subject_id_idx" ON "approval"("kind", "subject_type", "subject_id");

-- CreateIndex
CREATE INDEX "import_file_kind_digest_idx" ON "import_file"("kind", "digest");

-- CreateIndex
CREATE UNIQUE INDEX "intent_identifier_key" ON "intent"("identifier");

-- CreateIndex
CREATE INDEX "intent_state_next_look_at_idx" ON "intent"("state", "next_look_at");

-- CreateIndex
CREATE INDEX "intent_subject_idx" ON "intent"("subject");

-- CreateIndex
CREATE INDEX "ledger_account_subject_chart_code_asset_place_idx" ON "ledger_account"("subject", "chart_code", "asset", "place");

-- CreateIndex
CREATE INDEX "ledger_account_place_asset_chart_code_subject_idx" ON "ledger_account"("place", "asset", "chart_code", "subject");

-- CreateIndex
CREATE UNIQUE INDEX "ledger_account_chart_code_asset_subject_place_key" ON "ledger_account"("chart_code", "asset", "subject", "place");

-- CreateIndex
CREATE UNIQUE INDEX "ledger_entry_idempotency_key_key" ON "ledger_entry"("idempotency_key");

-- CreateIndex
CREATE UNIQUE INDEX "ledger_entry_reverses_id_key" ON "ledger_entry"("reverses_id");

-- CreateIndex
CREATE INDEX "ledger_entry_cause_idx" ON "ledger_entry"("cause");

-- CreateIndex
CREATE INDEX "ledger_line_account_id_entry_id_idx" ON "ledger_line"("account_id", "entry_id");

-- CreateIndex
CREATE UNIQUE INDEX "notice_number_key" ON "notice"("number");

-- CreateIndex
CREATE INDEX "notice_subject_kind_idx" ON "notice"("subject", "kind");

-- CreateIndex
CREATE INDEX "notice_state_kind_idx" ON "notice"("state", "kind");

-- CreateIndex
CREATE INDEX "service_attempt_notice_id_idx" ON "service_attempt"("notice_id");

-- CreateIndex
CREATE INDEX "service_attempt_result_effective_on_idx" ON "service_attempt"("result", "effective_on");

-- CreateIndex
CREATE INDEX "stored_document_sha256_idx" ON "stored_document"("sha256");

-- CreateIndex
CREATE UNIQUE INDEX "person_registration_index_key" ON "person"("registration_index");

-- CreateIndex
CREATE INDEX "person_name_birth_index_idx" ON "person"("name_birth_index");

-- CreateIndex
CREATE INDEX "person_name_birth_phone_index_idx" ON "person"("name_birth_phone_index");

-- CreateIndex
CREATE UNIQUE INDEX "policy_value_key_valid_from_key" ON "policy_value"("key", "valid_from");

-- CreateIndex
CREATE UNIQUE INDEX "sale_window_case_id_key" ON "sale_window"("case_id");

-- CreateIndex
CREATE INDEX "sale_window_state_ends_on_idx" ON "sale_window"("state", "ends_on");

-- CreateIndex
CREATE INDEX "window_choice_case_id_idx" ON "window_choice"("case_id");

-- CreateIndex
CREATE INDEX "mandate_case_id_state_idx" ON "mandate"("case_id", "state");

-- CreateIndex
CREATE UNIQUE INDEX "liquidation_case_id_key" ON "liquidation"("case_id");

-- CreateIndex
CREATE INDEX "liquidation_state_next_step_at_idx" ON "liquidation"("state", "next_step_at");

-- CreateIndex
CREATE INDEX "liquidation_venue_account_id_idx" ON "liquidation"("venue_account_id");

-- CreateIndex
CREATE INDEX "sale_decision_case_id_idx" ON "sale_decision"("case_id");

-- CreateIndex
CREATE UNIQUE INDEX "sale_decision_liquidation_id_step_number_key" ON "sale_decision"("liquidation_id", "step_number");

-- CreateIndex
CREATE UNIQUE INDEX "sale_order_intent_id_key" ON "sale_order"("intent_id");

-- CreateIndex
CREATE UNIQUE INDEX "sale_order_decision_id_key" ON "sale_order"("decision_id");

-- CreateIndex
CREATE INDEX "sale_order_case_id_idx" ON "sale_order"("case_id");

-- CreateIndex
CREATE INDEX "sale_order_holding_id_idx" ON "sale_order"("holding_id");

-- CreateIndex
CREATE INDEX "order_fill_case_id_idx" ON "order_fill"("case_id");

-- CreateIndex
CREATE UNIQUE INDEX "order_fill_venue_account_id_trade_id_key" ON "order_fill"("venue_account_id", "trade_id");

-- CreateIndex
CREATE UNIQUE INDEX "inquiry_request_number_key" ON "inquiry_request"("number");

-- CreateIndex
CREATE UNIQUE INDEX "inquiry_subject_request_id_person_id_key" ON "inquiry_subject"("request_id", "person_id");

-- CreateIndex
CREATE UNIQUE INDEX "inquiry_subject_request_id_line_number_key" ON "inquiry_subject"("request_id", "line_number");

-- CreateIndex
CREATE INDEX "holdings_reply_row_person_id_idx" ON "holdings_reply_row"("person_id");

-- CreateIndex
CREATE UNIQUE INDEX "holdings_reply_row_reply_id_line_number_key" ON "holdings_reply_row"("reply_id", "line_number");

-- CreateIndex
CREATE UNIQUE INDEX "seizure_case_number_key" ON "seizure_case"("number");

-- CreateIndex
CREATE UNIQUE INDEX "seizure_case_old_seizure_number_key" ON "seizure_case"("old_seizure_number");

-- CreateIndex
CREATE INDEX "seizure_case_person_id_idx" ON "seizure_case"("person_id");

-- CreateIndex
CREATE INDEX "seizure_case_phase_idx" ON "seizure_case"("phase");

-- CreateIndex
CREATE INDEX "case_bill_bill_id_idx" ON "case_bill"("bill_id");

-- CreateIndex
CREATE INDEX "holding_state_idx" ON "holding"("state");

-- CreateIndex
CREATE UNIQUE INDEX "holding_case_id_asset_key" ON "holding"("case_id", "asset");

-- CreateIndex
CREATE INDEX "stay_case_id_lifted_at_idx" ON "stay"("case_id", "lifted_at");

-- CreateIndex
CREATE UNIQUE INDEX "right_holder_case_id_person_id_key" ON "right_holder"("case_id", "person_id");

-- CreateIndex
CREATE INDEX "valuation_case_id_idx" ON "valuation"("case_id");

-- CreateIndex
CREATE INDEX "valuation_holding_id_idx" ON "valuation"("holding_id");

-- CreateIndex
CREATE INDEX "case_handover_case_id_idx" ON "case_handover"("case_id");

-- CreateIndex
CREATE INDEX "release_case_id_idx" ON "release"("case_id");

-- CreateIndex
CREATE UNIQUE INDEX "bill_notice_number_key" ON "bill"("notice_number");

-- CreateIndex
CREATE INDEX "bill_person_id_idx" ON "bill"("person_id");

-- CreateIndex
CREATE UNIQUE INDEX "bill_line_bill_id_line_number_key" ON "bill_line"("bill_id", "line_number");

-- CreateIndex
CREATE UNIQUE INDEX "bill_line_bill_id_tax_item_code_key" ON "bill_line"("bill_id", "tax_item_code");

-- CreateIndex
CREATE INDEX "prior_payment_bill_line_id_idx" ON "prior_payment"("bill_line_id");

-- CreateIndex
CREATE INDEX "deferral_bill_id_idx" ON "deferral"("bill_id");

-- CreateIndex
CREATE INDEX "bill_update_bill_id_state_idx" ON "bill_update"("bill_id", "state");

-- CreateIndex
CREATE INDEX "bill_update_import_file_id_idx" ON "bill_update"("import_file_id");

-- CreateIndex
CREATE INDEX "bill_receipt_bill_id_idx" ON "bill_receipt"("bill_id");

-- CreateIndex
CREATE INDEX "bill_receipt_receipt_number_idx" ON "bill_receipt"("receipt_number");

-- CreateIndex
CREATE INDEX "bill_receipt_export_id_idx" ON "bill_receipt"("export_id");

-- CreateIndex
CREATE UNIQUE INDEX "bill_receipt_source_bill_line_id_tier_key" ON "bill_receipt"("source", "bill_line_id", "tier");

-- CreateIndex
CREATE INDEX "official_balance_bill_line_id_as_of_day_idx" ON "official_balance"("bill_line_id", "as_of_day");

-- CreateIndex
CREATE UNIQUE INDEX "official_balance_import_file_id_bill_line_id_key" ON "official_balance"("import_file_id", "bill_line_id");

-- CreateIndex
CREATE UNIQUE INDEX "won_withdrawal_number_key" ON "won_withdrawal"("number");

-- CreateIndex
CREATE UNIQUE INDEX "won_withdrawal_intent_id_key" ON "won_withdrawal"("intent_id");

-- CreateIndex
CREATE UNIQUE INDEX "won_withdrawal_bank_line_id_key" ON "won_withdrawal"("bank_line_id");

-- CreateIndex
CREATE INDEX "won_withdrawal_state_idx" ON "won_withdrawal"("state");

-- CreateIndex
CREATE INDEX "won_withdrawal_venue_account_id_state_idx" ON "won_withdrawal"("venue_account_id", "state");

-- CreateIndex
CREATE INDEX "withdrawal_share_case_id_idx" ON "withdrawal_share"("case_id");

-- CreateIndex
CREATE UNIQUE INDEX "bank_line_bank_serial_key" ON "bank_line"("bank_serial");

-- CreateIndex
CREATE INDEX "bank_line_state_idx" ON "bank_line"("state");

-- CreateIndex
CREATE INDEX "bank_line_reference_idx" ON "bank_line"("reference");

-- CreateIndex
CREATE INDEX "bank_line_matched_to_idx" ON "bank_line"("matched_to");

-- CreateIndex
CREATE UNIQUE INDEX "distribution_number_key" ON "distribution"("number");

-- CreateIndex
CREATE INDEX "distribution_case_id_state_idx" ON "distribution"("case_id", "state");

-- CreateIndex
CREATE INDEX "distribution_state_distribution_on_idx" ON "distribution"("state", "distribution_on");

-- CreateIndex
CREATE UNIQUE INDEX "distribution_line_distribution_id_rank_key" ON "distribution_line"("distribution_id", "rank");

-- CreateIndex
CREATE INDEX "distribution_objection_distribution_id_idx" ON "distribution_objection"("distribution_id");

-- CreateIndex
CREATE UNIQUE INDEX "refund_number_key" ON "refund"("number");

-- CreateIndex
CREATE UNIQUE INDEX "refund_bank_line_id_key" ON "refund"("bank_line_id");

-- CreateIndex
CREATE UNIQUE INDEX "refund_return_line_id_key" ON "refund"("return_line_id");

-- CreateIndex
CREATE INDEX "refund_case_id_idx" ON "refund"("case_id");

-- CreateIndex
CREATE INDEX "refund_source_line_id_idx" ON "refund"("source_line_id");

-- CreateIndex
CREATE INDEX "refund_state_idx" ON "refund"("state");

-- CreateIndex
CREATE UNIQUE INDEX "venue_account_label_key" ON "venue_account"("label");

-- CreateIndex
CREATE UNIQUE INDEX "venue_account_access_key_index_key" ON "venue_account"("access_key_index");

-- CreateIndex
CREATE INDEX "venue_account_venue_code_idx" ON "venue_account"("venue_code");

-- CreateIndex
CREATE UNIQUE INDEX "venue_deposit_address_venue_account_id_asset_network_key" ON "venue_deposit_address"("venue_account_id", "asset", "network");

-- CreateIndex
CREATE INDEX "asset_freeze_venue_account_id_asset_lifted_at_idx" ON "asset_freeze"("venue_account_id", "asset", "lifted_at");

-- CreateIndex
CREATE INDEX "balance_reading_venue_account_id_asset_read_at_idx" ON "balance_reading"("venue_account_id", "asset", "read_at");

-- AddForeignKey
ALTER TABLE "audit_seal" ADD CONSTRAINT "audit_seal_event_id_fkey" FOREIGN KEY ("event_id") REFERENCES "audit_event"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "deposit_match" ADD CONSTRAINT "deposit_match_deposit_row_id_fkey" FOREIGN KEY ("deposit_row_id") REFERENCES "venue_deposit"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "deposit_allocation" ADD CONSTRAINT "deposit_allocation_deposit_row_id_fkey" FOREIGN KEY ("deposit_row_id") REFERENCES "venue_deposit"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "sign_in_session" ADD CONSTRAINT "sign_in_session_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user_account"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "ledger_account" ADD CONSTRAINT "ledger_account_chart_code_fkey" FOREIGN KEY ("chart_code") REFERENCES "ledger_chart"("code") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "ledger_balance" ADD CONSTRAINT "ledger_balance_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "ledger_account"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "ledger_line" ADD CONSTRAINT "ledger_line_entry_id_fkey" FOREIGN KEY ("entry_id") REFERENCES "ledger_entry"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "ledger_line" ADD CONSTRAINT "ledger_line_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "ledger_account"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "service_attempt" ADD CONSTRAINT "service_attempt_notice_id_fkey" FOREIGN KEY ("notice_id") REFERENCES "notice"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "mandate_asset" ADD CONSTRAINT "mandate_asset_mandate_id_fkey" FOREIGN KEY ("mandate_id") REFERENCES "mandate"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "sale_decision" ADD CONSTRAINT "sale_decision_liquidation_id_fkey" FOREIGN KEY ("liquidation_id") REFERENCES "liquidation"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "sale_order" ADD CONSTRAINT "sale_order_decision_id_fkey" FOREIGN KEY ("decision_id") REFERENCES "sale_decision"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "order_fill" ADD CONSTRAINT "order_fill_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "sale_order"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "inquiry_subject" ADD CONSTRAINT "inquiry_subject_request_id_fkey" FOREIGN KEY ("request_id") REFERENCES "inquiry_request"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "holdings_reply" ADD CONSTRAINT "holdings_reply_request_id_fkey" FOREIGN KEY ("request_id") REFERENCES "inquiry_request"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "holdings_reply_row" ADD CONSTRAINT "holdings_reply_row_reply_id_fkey" FOREIGN KEY ("reply_id") REFERENCES "holdings_reply"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "seizure_case" ADD CONSTRAINT "seizure_case_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "case_bill" ADD CONSTRAINT "case_bill_case_id_fkey" FOREIGN KEY ("case_id") REFERENCES "seizure_case"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "case_bill" ADD CONSTRAINT "case_bill_bill_id_fkey" FOREIGN KEY ("bill_id") REFERENCES "bill"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "holding" ADD CONSTRAINT "holding_case_id_fkey" FOREIGN KEY ("case_id") REFERENCES "seizure_case"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "stay" ADD CONSTRAINT "stay_case_id_fkey" FOREIGN KEY ("case_id") REFERENCES "seizure_case"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "right_holder" ADD CONSTRAINT "right_holder_case_id_fkey" FOREIGN KEY ("case_id") REFERENCES "seizure_case"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "valuation" ADD CONSTRAINT "valuation_case_id_fkey" FOREIGN KEY ("case_id") REFERENCES "seizure_case"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "case_handover" ADD CONSTRAINT "case_handover_case_id_fkey" FOREIGN KEY ("case_id") REFERENCES "seizure_case"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "release" ADD CONSTRAINT "release_case_id_fkey" FOREIGN KEY ("case_id") REFERENCES "seizure_case"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "bill" ADD CONSTRAINT "bill_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "bill_line" ADD CONSTRAINT "bill_line_bill_id_fkey" FOREIGN KEY ("bill_id") REFERENCES "bill"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "prior_payment" ADD CONSTRAINT "prior_payment_bill_line_id_fkey" FOREIGN KEY ("bill_line_id") REFERENCES "bill_line"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "deferral" ADD CONSTRAINT "deferral_bill_id_fkey" FOREIGN KEY ("bill_id") REFERENCES "bill"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "bill_update" ADD CONSTRAINT "bill_update_bill_id_fkey" FOREIGN KEY ("bill_id") REFERENCES "bill"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "bill_receipt" ADD CONSTRAINT "bill_receipt_bill_id_fkey" FOREIGN KEY ("bill_id") REFERENCES "bill"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "bill_receipt" ADD CONSTRAINT "bill_receipt_export_id_fkey" FOREIGN KEY ("export_id") REFERENCES "receipt_export"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "withdrawal_share" ADD CONSTRAINT "withdrawal_share_withdrawal_id_fkey" FOREIGN KEY ("withdrawal_id") REFERENCES "won_withdrawal"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "distribution_line" ADD CONSTRAINT "distribution_line_distribution_id_fkey" FOREIGN KEY ("distribution_id") REFERENCES "distribution"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "distribution_objection" ADD CONSTRAINT "distribution_objection_distribution_id_fkey" FOREIGN KEY ("distribution_id") REFERENCES "distribution"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;
