-- CreateEnum
CREATE TYPE "test_transfer_state" AS ENUM ('asked', 'proven', 'lapsed', 'replaced', 'done', 'given_up');

-- CreateEnum
CREATE TYPE "pending_deposit_state" AS ENUM ('pending', 'credited', 'refused');

-- CreateEnum
CREATE TYPE "recovery_cause" AS ENUM ('wrong_network', 'missing_tag', 'unsupported_asset', 'refused');

-- CreateEnum
CREATE TYPE "recovery_state" AS ENUM ('asked', 'recovered', 'refused');

-- AlterTable
ALTER TABLE "venue_deposit_address" ADD COLUMN     "changed_at" TIMESTAMPTZ(3),
ADD COLUMN     "confirmed_at" TIMESTAMPTZ(3),
ADD COLUMN     "confirmed_by_id" INTEGER,
ADD COLUMN     "confirmed_network" TEXT,
ADD COLUMN     "entered_by_id" INTEGER,
ADD COLUMN     "is_read_by_site" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "test_transfer" (
    "id" SERIAL NOT NULL,
    "case_id" INTEGER NOT NULL,
    "holding_id" INTEGER NOT NULL,
    "venue_account_id" INTEGER NOT NULL,
    "asset" TEXT NOT NULL,
    "sender" TEXT NOT NULL,
    "network" TEXT NOT NULL,
    "address_digest" TEXT NOT NULL,
    "quantity" DECIMAL(38,18) NOT NULL,
    "rest_quantity" DECIMAL(38,18) NOT NULL,
    "state" "test_transfer_state" NOT NULL DEFAULT 'asked',
    "notice_id" INTEGER,
    "demanded_at" TIMESTAMPTZ(3),
    "proven_at" TIMESTAMPTZ(3),
    "deposit_row_id" INTEGER,
    "expires_at" TIMESTAMPTZ(3),
    "lapsed_at" TIMESTAMPTZ(3),
    "rest_notice_id" INTEGER,
    "ended_at" TIMESTAMPTZ(3),
    "end_reason" TEXT,
    "created_by_id" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "test_transfer_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "pending_deposit" (
    "id" SERIAL NOT NULL,
    "venue_account_id" INTEGER NOT NULL,
    "deposit_id" TEXT NOT NULL,
    "asset" TEXT NOT NULL,
    "network" TEXT,
    "quantity" DECIMAL(38,18) NOT NULL,
    "transaction_id" TEXT,
    "route" TEXT NOT NULL,
    "state" "pending_deposit_state" NOT NULL,
    "status_word" TEXT NOT NULL,
    "confirmations" INTEGER,
    "confirmations_source" TEXT,
    "confirmations_read_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "pending_deposit_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "venue_recovery" (
    "id" SERIAL NOT NULL,
    "venue_account_id" INTEGER NOT NULL,
    "holding_id" INTEGER,
    "asset" TEXT NOT NULL,
    "network" TEXT NOT NULL,
    "quantity" DECIMAL(38,18) NOT NULL,
    "transaction_id" TEXT NOT NULL,
    "cause" "recovery_cause" NOT NULL,
    "state" "recovery_state" NOT NULL DEFAULT 'asked',
    "reference" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "asked_on" DATE NOT NULL,
    "deposit_row_id" INTEGER,
    "fee_asset" TEXT,
    "fee_quantity" DECIMAL(38,18),
    "outcome_reason" TEXT,
    "created_by_id" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_by_id" INTEGER,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "venue_recovery_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "travel_rule_record" (
    "id" SERIAL NOT NULL,
    "deposit_row_id" INTEGER NOT NULL,
    "originator_vasp" TEXT NOT NULL,
    "person_id" INTEGER,
    "details_cipher" BYTEA NOT NULL,
    "details_digest" TEXT NOT NULL,
    "recorded_by_id" INTEGER,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "travel_rule_record_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "test_transfer_holding_id_idx" ON "test_transfer"("holding_id");

-- CreateIndex
CREATE INDEX "test_transfer_case_id_state_idx" ON "test_transfer"("case_id", "state");

-- CreateIndex
CREATE INDEX "test_transfer_venue_account_id_asset_network_idx" ON "test_transfer"("venue_account_id", "asset", "network");

-- CreateIndex
CREATE INDEX "pending_deposit_state_idx" ON "pending_deposit"("state");

-- CreateIndex
CREATE UNIQUE INDEX "pending_deposit_venue_account_id_deposit_id_key" ON "pending_deposit"("venue_account_id", "deposit_id");

-- CreateIndex
CREATE INDEX "venue_recovery_venue_account_id_state_idx" ON "venue_recovery"("venue_account_id", "state");

-- CreateIndex
CREATE INDEX "venue_recovery_holding_id_idx" ON "venue_recovery"("holding_id");

-- CreateIndex
CREATE INDEX "travel_rule_record_deposit_row_id_idx" ON "travel_rule_record"("deposit_row_id");

-- CreateIndex
CREATE INDEX "travel_rule_record_person_id_idx" ON "travel_rule_record"("person_id");

-- What holds whatever the application does: an address that a person read, or that changed, is confirmed by another; a test is smaller than what it stands
-- for, proves by one deposit, and one is open per holding; what was asked of a venue has an outcome once; names under the travel rule
-- are added, and sealed anew only when a deposit found whose it is.
ALTER TABLE venue_deposit_address ADD CONSTRAINT venue_deposit_address_confirmed CHECK (
  (confirmed_at IS NULL) = (confirmed_by_id IS NULL)
  AND (confirmed_network IS NOT NULL) = (confirmed_at IS NOT NULL OR (NOT is_read_by_site AND entered_by_id IS NOT NULL))
  AND (NOT is_read_by_site OR entered_by_id IS NOT NULL) AND (confirmed_at IS NULL OR changed_at IS NULL OR entered_by_id IS NOT NULL)
  AND (confirmed_by_id IS NULL OR confirmed_by_id IS DISTINCT FROM entered_by_id));
ALTER TABLE test_transfer ADD CONSTRAINT test_transfer_quantities CHECK (quantity > 0 AND rest_quantity > 0);
ALTER TABLE test_transfer ADD CONSTRAINT test_transfer_proof CHECK (
  (proven_at IS NULL) = (deposit_row_id IS NULL) AND (proven_at IS NULL) = (expires_at IS NULL)
  AND (state <> 'proven' OR (proven_at IS NOT NULL AND lapsed_at IS NULL)) AND (state IN ('lapsed', 'replaced', 'given_up')) = (end_reason IS NOT NULL)
  AND (state IN ('replaced', 'done', 'given_up')) = (ended_at IS NOT NULL));
CREATE UNIQUE INDEX test_transfer_one_open ON test_transfer (holding_id) WHERE state IN ('asked', 'proven', 'lapsed');
ALTER TABLE pending_deposit ADD CONSTRAINT pending_deposit_end CHECK ((state = 'pending') = (ended_at IS NULL));
ALTER TABLE pending_deposit ADD CONSTRAINT pending_deposit_confirmations CHECK (
  confirmations >= 0 AND (confirmations IS NULL) = (confirmations_source IS NULL) AND (confirmations IS NULL) = (confirmations_read_at IS NULL));
ALTER TABLE venue_recovery ADD CONSTRAINT venue_recovery_steps CHECK (
  quantity > 0 AND (state = 'asked') = (ended_at IS NULL) AND (state = 'asked') = (outcome_reason IS NULL)
  AND (state = 'recovered') = (deposit_row_id IS NOT NULL) AND (fee_asset IS NULL) = (fee_quantity IS NULL) AND fee_quantity >= 0);
CREATE UNIQUE INDEX venue_recovery_one_open ON venue_recovery (venue_account_id, asset, transaction_id) WHERE state = 'asked';

GRANT SELECT, INSERT ON test_transfer, pending_deposit, venue_recovery, travel_rule_record TO cheongsan_app;
GRANT UPDATE (state, notice_id, demanded_at, proven_at, deposit_row_id, expires_at, lapsed_at, rest_notice_id, ended_at, end_reason)
  ON test_transfer TO cheongsan_app;
GRANT UPDATE (network, quantity, transaction_id, route, state, status_word, confirmations, confirmations_source, confirmations_read_at, last_seen_at, ended_at)
  ON pending_deposit TO cheongsan_app;
GRANT UPDATE (person_id, details_cipher, details_digest) ON travel_rule_record TO cheongsan_app;
GRANT UPDATE (state, deposit_row_id, fee_asset, fee_quantity, outcome_reason, ended_by_id, ended_at) ON venue_recovery TO cheongsan_app;
GRANT USAGE ON SEQUENCE test_transfer_id_seq, pending_deposit_id_seq, venue_recovery_id_seq, travel_rule_record_id_seq TO cheongsan_app;
