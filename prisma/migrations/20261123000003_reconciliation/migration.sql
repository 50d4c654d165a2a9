-- Differences explained by two officials, the balance replayed from events, and what is the matter with a venue.

-- CreateEnum
CREATE TYPE "explanation_kind" AS ENUM ('airdrop', 'fork', 'staking_reward', 'deposit_interest', 'dust_conversion', 'venue_correction');

-- CreateEnum
CREATE TYPE "explanation_side" AS ENUM ('excess', 'shortage');

-- CreateEnum
CREATE TYPE "explanation_state" AS ENUM ('requested', 'approved', 'booked', 'rejected', 'lapsed');

-- CreateEnum
CREATE TYPE "venue_trouble_kind" AS ENUM ('unreadable', 'maintenance', 'deposits_halted', 'withdrawals_halted', 'delisting');

-- AlterEnum
ALTER TYPE "allocation_use" ADD VALUE 'own_won';

-- AlterTable
ALTER TABLE "deposit_allocation" ADD COLUMN "explanation_id" INTEGER;

-- CreateTable
CREATE TABLE "balance_explanation" (
    "id" SERIAL NOT NULL,
    "venue_account_id" INTEGER NOT NULL,
    "asset" TEXT NOT NULL,
    "kind" "explanation_kind" NOT NULL,
    "side" "explanation_side" NOT NULL,
    "quantity" DECIMAL(38,18) NOT NULL,
    "reference" TEXT NOT NULL,
    "occurred_on" DATE NOT NULL,
    "accrued_at" TIMESTAMPTZ(3),
    "accrued_of" TEXT,
    "holding_id" INTEGER,
    "deposit_row_id" INTEGER,
    "reason" TEXT NOT NULL,
    "state" "explanation_state" NOT NULL DEFAULT 'requested',
    "approval_id" INTEGER,
    "ledger_entry_id" BIGINT,
    "created_by_id" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "end_reason" TEXT,

    CONSTRAINT "balance_explanation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "explanation_part" (
    "explanation_id" INTEGER NOT NULL,
    "holding_id" INTEGER NOT NULL,
    "case_id" INTEGER NOT NULL,
    "quantity" DECIMAL(38,18) NOT NULL,

    CONSTRAINT "explanation_part_pkey" PRIMARY KEY ("explanation_id","holding_id")
);

-- CreateTable
CREATE TABLE "balance_replay" (
    "id" SERIAL NOT NULL,
    "venue_account_id" INTEGER NOT NULL,
    "asset" TEXT NOT NULL,
    "replayed_at" TIMESTAMPTZ(3) NOT NULL,
    "event_quantity" DECIMAL(38,18) NOT NULL,
    "ledger_quantity" DECIMAL(38,18) NOT NULL,
    "agrees" BOOLEAN NOT NULL,

    CONSTRAINT "balance_replay_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "venue_trouble" (
    "id" SERIAL NOT NULL,
    "venue_account_id" INTEGER NOT NULL,
    "asset" TEXT,
    "kind" "venue_trouble_kind" NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "until_day" DATE,
    "reference" TEXT,
    "reported_by_id" INTEGER,
    "told_at" TIMESTAMPTZ(3),
    "escalated_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "venue_trouble_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "deposit_allocation_explanation_id_idx" ON "deposit_allocation"("explanation_id");

-- CreateIndex
CREATE INDEX "balance_explanation_venue_account_id_asset_state_idx" ON "balance_explanation"("venue_account_id", "asset", "state");

-- CreateIndex
CREATE INDEX "explanation_part_holding_id_idx" ON "explanation_part"("holding_id");

-- CreateIndex
CREATE INDEX "balance_replay_venue_account_id_replayed_at_idx" ON "balance_replay"("venue_account_id", "replayed_at");

-- CreateIndex
CREATE INDEX "venue_trouble_venue_account_id_ended_at_idx" ON "venue_trouble"("venue_account_id", "ended_at");

-- AddForeignKey
ALTER TABLE "explanation_part" ADD CONSTRAINT "explanation_part_explanation_id_fkey" FOREIGN KEY ("explanation_id") REFERENCES "balance_explanation"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- What holds whatever the application does: an explanation says whose the difference is in one way, is booked once and never
-- rewritten; readings are evidence; one trouble of a kind is open at a time.
ALTER TABLE balance_explanation ADD CONSTRAINT balance_explanation_positive CHECK (quantity > 0);
ALTER TABLE balance_explanation ADD CONSTRAINT balance_explanation_whose CHECK (
  CASE side WHEN 'excess' THEN holding_id IS NULL AND deposit_row_id IS NULL
            ELSE accrued_at IS NULL AND (holding_id IS NULL OR deposit_row_id IS NULL) END);
ALTER TABLE balance_explanation ADD CONSTRAINT balance_explanation_accrual CHECK (
  accrued_of IS NULL OR (accrued_at IS NOT NULL AND accrued_of <> asset));
ALTER TABLE balance_explanation ADD CONSTRAINT balance_explanation_steps CHECK (
  (state = 'booked') = (ledger_entry_id IS NOT NULL) AND (state IN ('booked', 'rejected', 'lapsed')) = (ended_at IS NOT NULL)
  AND (state IN ('rejected', 'lapsed')) = (end_reason IS NOT NULL));
ALTER TABLE deposit_allocation DROP CONSTRAINT deposit_allocation_recovers;
ALTER TABLE deposit_allocation ADD CONSTRAINT deposit_allocation_recovers CHECK (
  num_nonnulls(withdrawal_row_id, explanation_id) = CASE WHEN use = 'recovery' THEN 1 ELSE 0 END);
INSERT INTO ledger_chart (code, name, normal_side, guarded, asset_class) VALUES ('1620', '거래소에 있는 시의 원화', 'debit', true, 'venue_won');
ALTER TABLE explanation_part ADD CONSTRAINT explanation_part_not_zero CHECK (quantity <> 0);
CREATE UNIQUE INDEX venue_trouble_one_open ON venue_trouble (venue_account_id, coalesce(asset, ''), kind) WHERE ended_at IS NULL;

GRANT SELECT, INSERT ON balance_explanation, explanation_part, balance_replay, venue_trouble TO cheongsan_app;
GRANT UPDATE (state, approval_id, ledger_entry_id, ended_at, end_reason) ON balance_explanation TO cheongsan_app;
GRANT UPDATE (until_day, reference, reported_by_id, told_at, escalated_at, ended_at) ON venue_trouble TO cheongsan_app;
GRANT USAGE ON SEQUENCE balance_explanation_id_seq, balance_replay_id_seq, venue_trouble_id_seq TO cheongsan_app;
