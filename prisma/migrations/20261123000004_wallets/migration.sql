-- Wallets found with taxpayers: watched by their public address, swept to the city's address at the exchange.

-- AlterEnum
ALTER TYPE "intent_port" ADD VALUE 'chain_transaction';

-- AlterEnum
ALTER TYPE "approval_kind" ADD VALUE 'wallet_sweep';

-- AlterEnum
ALTER TYPE "match_ground" ADD VALUE 'sweep';

-- AlterEnum
ALTER TYPE "case_origin" ADD VALUE 'wallet';

-- CreateEnum
CREATE TYPE "wallet_family" AS ENUM ('evm', 'bitcoin');

-- CreateEnum
CREATE TYPE "wallet_state" AS ENUM ('watched', 'sweeping', 'emptied');

-- CreateEnum
CREATE TYPE "wallet_end" AS ENUM ('handed_back', 'case_refused', 'seized_anew');

-- CreateEnum
CREATE TYPE "wallet_reading_source" AS ENUM ('node', 'proof');

-- CreateEnum
CREATE TYPE "sweep_state" AS ENUM ('requested', 'approved', 'done', 'rejected', 'failed');

-- CreateEnum
CREATE TYPE "wallet_transfer_state" AS ENUM ('planned', 'signed', 'included', 'settled', 'dead');

-- CreateTable
CREATE TABLE "seized_wallet" (
    "id" SERIAL NOT NULL,
    "case_id" INTEGER NOT NULL,
    "family" "wallet_family" NOT NULL,
    "network" TEXT NOT NULL,
    "chain_id" INTEGER,
    "native_asset" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "venue_account_id" INTEGER NOT NULL,
    "found_reference" TEXT NOT NULL,
    "state" "wallet_state" NOT NULL DEFAULT 'watched',
    "seizes_whole" BOOLEAN NOT NULL DEFAULT true,
    "seized_at" TIMESTAMPTZ(3) NOT NULL,
    "first_transaction_count" INTEGER,
    "cursor_block" INTEGER,
    "cursor_hash" TEXT,
    "registered_by_id" INTEGER,
    "registered_at" TIMESTAMPTZ(3) NOT NULL,
    "looked_at" TIMESTAMPTZ(3),
    "next_look_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "end_reason" "wallet_end",
    "end_reference" TEXT,

    CONSTRAINT "seized_wallet_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "wallet_asset" (
    "id" SERIAL NOT NULL,
    "wallet_id" INTEGER NOT NULL,
    "asset" TEXT NOT NULL,
    "contract" TEXT,
    "decimals" INTEGER NOT NULL,
    "seized_quantity" DECIMAL(38,18) NOT NULL DEFAULT 0,
    "demanded_quantity" DECIMAL(38,18) NOT NULL DEFAULT 0,
    "left_quantity" DECIMAL(38,18) NOT NULL DEFAULT 0,
    "fault" TEXT,

    CONSTRAINT "wallet_asset_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "wallet_reading" (
    "id" SERIAL NOT NULL,
    "wallet_id" INTEGER NOT NULL,
    "source" "wallet_reading_source" NOT NULL,
    "taken_at" TIMESTAMPTZ(3) NOT NULL,
    "block_number" INTEGER,
    "block_hash" TEXT,
    "transaction_count" INTEGER,
    "quantities" JSONB NOT NULL,
    "proof_reference" TEXT,
    "proof_digest" TEXT,
    "recorded_by_id" INTEGER,
    "orphaned_at" TIMESTAMPTZ(3),

    CONSTRAINT "wallet_reading_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "wallet_movement" (
    "id" SERIAL NOT NULL,
    "wallet_id" INTEGER NOT NULL,
    "asset" TEXT NOT NULL,
    "is_incoming" BOOLEAN NOT NULL,
    "counterparty" TEXT NOT NULL,
    "quantity" DECIMAL(38,18) NOT NULL,
    "transaction_hash" TEXT NOT NULL,
    "log_index" INTEGER NOT NULL,
    "block_number" INTEGER NOT NULL,
    "block_hash" TEXT NOT NULL,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL,
    "orphaned_at" TIMESTAMPTZ(3),

    CONSTRAINT "wallet_movement_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "wallet_sweep" (
    "id" SERIAL NOT NULL,
    "wallet_id" INTEGER NOT NULL,
    "state" "sweep_state" NOT NULL DEFAULT 'requested',
    "gas_to_send_first" DECIMAL(38,18) NOT NULL,
    "gas_arrived" DECIMAL(38,18) NOT NULL DEFAULT 0,
    "plan" JSONB NOT NULL,
    "policy_version" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "approval_id" INTEGER,
    "created_by_id" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "end_reason" TEXT,

    CONSTRAINT "wallet_sweep_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "wallet_transfer" (
    "id" SERIAL NOT NULL,
    "sweep_id" INTEGER NOT NULL,
    "position" INTEGER NOT NULL,
    "asset" TEXT NOT NULL,
    "quantity" DECIMAL(38,18) NOT NULL,
    "destination" TEXT NOT NULL,
    "transaction" JSONB,
    "approval" JSONB,
    "approval_digest" TEXT,
    "nonce_read_at_block" INTEGER,
    "intent_id" INTEGER,
    "state" "wallet_transfer_state" NOT NULL DEFAULT 'planned',
    "was_seen" BOOLEAN NOT NULL DEFAULT false,
    "included_block" INTEGER,
    "included_hash" TEXT,
    "transaction_hash" TEXT,
    "is_reverted" BOOLEAN,
    "arrived_quantity" DECIMAL(38,18),
    "fee_quantity" DECIMAL(38,18),
    "ledger_entry_id" BIGINT,
    "booked_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "end_reason" TEXT,

    CONSTRAINT "wallet_transfer_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "wallet_transfer_hash" (
    "id" SERIAL NOT NULL,
    "transfer_id" INTEGER NOT NULL,
    "asset" TEXT NOT NULL,
    "transaction_id" TEXT NOT NULL,
    "quantity" DECIMAL(38,18) NOT NULL,
    "transaction" JSONB,
    "raw_cipher" BYTEA,
    "signed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "wallet_transfer_hash_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "seized_wallet_network_address_idx" ON "seized_wallet"("network", "address");

-- CreateIndex
CREATE INDEX "seized_wallet_case_id_idx" ON "seized_wallet"("case_id");

-- CreateIndex
CREATE INDEX "seized_wallet_next_look_at_idx" ON "seized_wallet"("next_look_at");

-- CreateIndex
CREATE UNIQUE INDEX "wallet_asset_wallet_id_asset_key" ON "wallet_asset"("wallet_id", "asset");

-- CreateIndex
CREATE UNIQUE INDEX "wallet_asset_wallet_id_contract_key" ON "wallet_asset"("wallet_id", "contract");

-- CreateIndex
CREATE INDEX "wallet_reading_wallet_id_id_idx" ON "wallet_reading"("wallet_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "wallet_movement_wallet_id_block_hash_log_index_key" ON "wallet_movement"("wallet_id", "block_hash", "log_index");

-- CreateIndex
CREATE INDEX "wallet_sweep_wallet_id_state_idx" ON "wallet_sweep"("wallet_id", "state");

-- CreateIndex
CREATE UNIQUE INDEX "wallet_transfer_intent_id_key" ON "wallet_transfer"("intent_id");

-- CreateIndex
CREATE UNIQUE INDEX "wallet_transfer_sweep_id_position_key" ON "wallet_transfer"("sweep_id", "position");

-- CreateIndex
CREATE INDEX "wallet_transfer_state_idx" ON "wallet_transfer"("state");

-- CreateIndex
CREATE UNIQUE INDEX "wallet_transfer_hash_asset_transaction_id_key" ON "wallet_transfer_hash"("asset", "transaction_id");

-- CreateIndex
CREATE INDEX "wallet_transfer_hash_transfer_id_idx" ON "wallet_transfer_hash"("transfer_id");

-- AddForeignKey
ALTER TABLE "wallet_asset" ADD CONSTRAINT "wallet_asset_wallet_id_fkey" FOREIGN KEY ("wallet_id") REFERENCES "seized_wallet"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "wallet_reading" ADD CONSTRAINT "wallet_reading_wallet_id_fkey" FOREIGN KEY ("wallet_id") REFERENCES "seized_wallet"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "wallet_sweep" ADD CONSTRAINT "wallet_sweep_wallet_id_fkey" FOREIGN KEY ("wallet_id") REFERENCES "seized_wallet"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "wallet_transfer" ADD CONSTRAINT "wallet_transfer_sweep_id_fkey" FOREIGN KEY ("sweep_id") REFERENCES "wallet_sweep"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "wallet_transfer_hash" ADD CONSTRAINT "wallet_transfer_hash_transfer_id_fkey" FOREIGN KEY ("transfer_id") REFERENCES "wallet_transfer"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- What holds whatever the application does: what was found is never less, what is booked is never more; a wallet is one case's at a time,
-- and one sweep of it runs at a time;
-- what was signed is kept before it is sent and never rewritten; readings are evidence.
ALTER TABLE seized_wallet ADD CONSTRAINT seized_wallet_evm_has_chain CHECK ((family = 'evm') = (chain_id IS NOT NULL));
ALTER TABLE seized_wallet ADD CONSTRAINT seized_wallet_end CHECK (
  (ended_at IS NULL) = (end_reason IS NULL) AND (end_reason IS NOT DISTINCT FROM 'handed_back') = (end_reference IS NOT NULL));
CREATE UNIQUE INDEX seized_wallet_one_case ON seized_wallet (network, address) WHERE ended_at IS NULL;
ALTER TABLE wallet_asset ADD CONSTRAINT wallet_asset_quantities CHECK (
  left_quantity >= 0 AND left_quantity <= demanded_quantity AND demanded_quantity <= seized_quantity AND decimals BETWEEN 0 AND 18);
ALTER TABLE wallet_reading ADD CONSTRAINT wallet_reading_evidence CHECK (
  CASE source WHEN 'node' THEN block_number IS NOT NULL AND block_hash IS NOT NULL AND transaction_count IS NOT NULL
              ELSE proof_reference IS NOT NULL AND proof_digest IS NOT NULL AND recorded_by_id IS NOT NULL END);
ALTER TABLE wallet_sweep ADD CONSTRAINT wallet_sweep_steps CHECK (
  (state IN ('done', 'rejected', 'failed')) = (ended_at IS NOT NULL) AND (state IN ('rejected', 'failed')) = (end_reason IS NOT NULL));
CREATE UNIQUE INDEX wallet_sweep_one_live ON wallet_sweep (wallet_id) WHERE state IN ('requested', 'approved');
ALTER TABLE wallet_transfer ADD CONSTRAINT wallet_transfer_positive CHECK (quantity > 0 AND fee_quantity >= 0 AND arrived_quantity >= 0);
ALTER TABLE wallet_transfer ADD CONSTRAINT wallet_transfer_is_approved CHECK (
  (transaction IS NULL) = (approval IS NULL) AND (transaction IS NULL) = (approval_digest IS NULL) AND (transaction IS NULL) = (nonce_read_at_block IS NULL));
ALTER TABLE wallet_transfer ADD CONSTRAINT wallet_transfer_steps CHECK (
  (state IN ('settled', 'dead')) = (ended_at IS NOT NULL) AND (state = 'dead') = (end_reason IS NOT NULL)
  AND (included_block IS NULL) = (included_hash IS NULL) AND (booked_at IS NULL OR state = 'settled')
  AND (state NOT IN ('included', 'settled') OR (transaction_hash IS NOT NULL AND fee_quantity IS NOT NULL)));
ALTER TABLE wallet_transfer_hash ADD CONSTRAINT wallet_transfer_hash_signed CHECK ((transaction IS NULL) = (raw_cipher IS NULL) AND quantity > 0);

-- What was seized of a holding is never rewritten by the application; what is found on a wallet later is added to it, once, by this alone.
CREATE FUNCTION wallet_add_to_holding(p_wallet_asset_id int) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  added numeric;
  of_case int;
  of_asset text;
BEGIN
  SELECT a.seized_quantity - a.demanded_quantity, w.case_id, a.asset INTO added, of_case, of_asset
    FROM wallet_asset a JOIN seized_wallet w ON w.id = a.wallet_id WHERE a.id = p_wallet_asset_id FOR NO KEY UPDATE OF a;
  UPDATE holding SET seized_quantity = seized_quantity + added, demanded_quantity = demanded_quantity + added
   WHERE case_id = of_case AND asset = of_asset AND added > 0;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'Wallet asset % has nothing to add to a holding of its case', p_wallet_asset_id USING ERRCODE = '23514';
  END IF;
  UPDATE wallet_asset SET demanded_quantity = seized_quantity WHERE id = p_wallet_asset_id;
END $$;
REVOKE ALL ON FUNCTION wallet_add_to_holding(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wallet_add_to_holding(int) TO cheongsan_app;

GRANT SELECT, INSERT ON
  seized_wallet, wallet_asset, wallet_reading, wallet_movement, wallet_sweep, wallet_transfer, wallet_transfer_hash TO cheongsan_app;
GRANT UPDATE (state, first_transaction_count, cursor_block, cursor_hash, looked_at, next_look_at, ended_at, end_reason, end_reference)
  ON seized_wallet TO cheongsan_app;
GRANT UPDATE (seized_quantity, demanded_quantity, left_quantity, fault) ON wallet_asset TO cheongsan_app;
GRANT UPDATE (orphaned_at) ON wallet_reading, wallet_movement TO cheongsan_app;
GRANT UPDATE (state, gas_arrived, approval_id, ended_at, end_reason) ON wallet_sweep TO cheongsan_app;
GRANT UPDATE (intent_id, state, was_seen, included_block, included_hash, transaction_hash, is_reverted, arrived_quantity, fee_quantity,
  ledger_entry_id, booked_at, ended_at, end_reason) ON wallet_transfer TO cheongsan_app;
GRANT USAGE ON SEQUENCE seized_wallet_id_seq, wallet_asset_id_seq, wallet_reading_id_seq, wallet_movement_id_seq, wallet_sweep_id_seq,
  wallet_transfer_id_seq, wallet_transfer_hash_id_seq TO cheongsan_app;
