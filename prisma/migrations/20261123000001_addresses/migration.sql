-- Coins leave only to allow-listed addresses; what lists of sanctioned and tainted addresses said of them.

-- CreateEnum
CREATE TYPE "address_owner" AS ENUM ('taxpayer', 'right_holder', 'sender', 'city');

-- CreateEnum
CREATE TYPE "address_check" AS ENUM ('checksum', 'form', 'none', 'seized_account', 'own_account');

-- CreateEnum
CREATE TYPE "address_state" AS ENUM ('requested', 'approved', 'rejected', 'revoked');

-- CreateEnum
CREATE TYPE "screening_purpose" AS ENUM ('receipt', 'return');

-- CreateEnum
CREATE TYPE "screening_outcome" AS ENUM ('clear', 'hit', 'no_list', 'unavailable');

-- AlterTable
ALTER TABLE "coin_transfer" ADD COLUMN     "address_id" INTEGER,
ADD COLUMN     "stuck_alerted_at" TIMESTAMPTZ(3),
ALTER COLUMN "destination_reference" DROP NOT NULL;

-- CreateTable
CREATE TABLE "withdrawal_address" (
    "id" SERIAL NOT NULL,
    "venue_account_id" INTEGER NOT NULL,
    "asset" TEXT NOT NULL,
    "network" TEXT NOT NULL,
    "owner" "address_owner" NOT NULL,
    "person_id" INTEGER,
    "deposit_row_id" INTEGER,
    "own_account_id" INTEGER,
    "destination_cipher" BYTEA NOT NULL,
    "destination_digest" TEXT NOT NULL,
    "check" "address_check" NOT NULL,
    "ownership_proof" TEXT NOT NULL,
    "registration_reference" TEXT NOT NULL,
    "confirmed_by_id" INTEGER,
    "confirmed_at" TIMESTAMPTZ(3),
    "state" "address_state" NOT NULL DEFAULT 'requested',
    "approval_id" INTEGER,
    "created_by_id" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "approved_at" TIMESTAMPTZ(3),
    "usable_from" TIMESTAMPTZ(3),
    "revoked_by_id" INTEGER,
    "ended_at" TIMESTAMPTZ(3),
    "end_reason" TEXT,

    CONSTRAINT "withdrawal_address_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "address_screening" (
    "id" SERIAL NOT NULL,
    "purpose" "screening_purpose" NOT NULL,
    "address_id" INTEGER,
    "transfer_id" INTEGER,
    "deposit_row_id" INTEGER,
    "fingerprint" TEXT NOT NULL,
    "outcome" "screening_outcome" NOT NULL,
    "hits" JSONB NOT NULL,
    "list_digest" TEXT,
    "screened_by_id" INTEGER,
    "screened_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "address_screening_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "withdrawal_address_venue_account_id_asset_state_idx" ON "withdrawal_address"("venue_account_id", "asset", "state");

-- CreateIndex
CREATE INDEX "withdrawal_address_person_id_idx" ON "withdrawal_address"("person_id");

-- CreateIndex
CREATE INDEX "address_screening_transfer_id_idx" ON "address_screening"("transfer_id");

-- CreateIndex
CREATE INDEX "address_screening_address_id_idx" ON "address_screening"("address_id");

-- CreateIndex
CREATE INDEX "address_screening_deposit_row_id_idx" ON "address_screening"("deposit_row_id");

-- CreateIndex
CREATE INDEX "coin_transfer_address_id_idx" ON "coin_transfer"("address_id");

-- CreateIndex
CREATE INDEX "coin_transfer_venue_account_id_asset_instructed_at_idx" ON "coin_transfer"("venue_account_id", "asset", "instructed_at");

-- What holds whatever the application does: an address is one owner's, is added by one official and approved by another, and is
-- never rewritten; what was screened is evidence.
ALTER TABLE withdrawal_address ADD CONSTRAINT withdrawal_address_owner CHECK (
  (owner IN ('taxpayer', 'right_holder')) = (person_id IS NOT NULL) AND (owner = 'sender') = (deposit_row_id IS NOT NULL)
  AND (owner = 'city') = (own_account_id IS NOT NULL));
ALTER TABLE withdrawal_address ADD CONSTRAINT withdrawal_address_confirmed_by_another CHECK (
  (confirmed_by_id IS NULL) = (confirmed_at IS NULL) AND confirmed_by_id IS DISTINCT FROM created_by_id);
ALTER TABLE withdrawal_address ADD CONSTRAINT withdrawal_address_steps CHECK (
  (approved_at IS NULL) = (usable_from IS NULL) AND (state <> 'approved' OR approved_at IS NOT NULL) AND (state <> 'requested' OR approved_at IS NULL)
  AND (usable_from >= approved_at) IS NOT FALSE AND (state IN ('rejected', 'revoked')) = (ended_at IS NOT NULL)
  AND (ended_at IS NULL) = (end_reason IS NULL));
ALTER TABLE withdrawal_address ADD CONSTRAINT withdrawal_address_unchecked_is_confirmed CHECK (
  approved_at IS NULL OR "check" NOT IN ('form', 'none') OR confirmed_at IS NOT NULL);
CREATE UNIQUE INDEX withdrawal_address_listed_once ON withdrawal_address (venue_account_id, asset, destination_digest, coalesce(deposit_row_id, 0))
  WHERE state IN ('requested', 'approved');
ALTER TABLE coin_transfer ADD CONSTRAINT coin_transfer_goes_somewhere CHECK ((address_id IS NULL) <> (destination_reference IS NULL));
ALTER TABLE address_screening ADD CONSTRAINT address_screening_hits CHECK ((outcome = 'hit') = (jsonb_array_length(hits) > 0));

GRANT SELECT, INSERT ON withdrawal_address, address_screening TO cheongsan_app;
GRANT UPDATE (confirmed_by_id, confirmed_at, state, approval_id, approved_at, usable_from, revoked_by_id, ended_at, end_reason)
  ON withdrawal_address TO cheongsan_app;
GRANT USAGE ON SEQUENCE withdrawal_address_id_seq, address_screening_id_seq TO cheongsan_app;
