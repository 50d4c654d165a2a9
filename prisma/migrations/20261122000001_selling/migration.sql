-- Planned selling: orders of several cases, plans and their slices, recorded candles, coverage at risk, the taxpayer's wishes.

-- CreateEnum
CREATE TYPE "order_style" AS ENUM ('cross', 'passive');

-- CreateEnum
CREATE TYPE "wish_kind" AS ENUM ('limit', 'stop', 'coin_order');

-- CreateEnum
CREATE TYPE "wish_state" AS ENUM ('active', 'triggered', 'done', 'expired', 'revoked');

-- DropForeignKey
ALTER TABLE "sale_order" DROP CONSTRAINT "sale_order_decision_id_fkey";

-- DropIndex
DROP INDEX "sale_order_decision_id_key";

-- DropIndex
DROP INDEX "sale_order_case_id_idx";

-- DropIndex
DROP INDEX "sale_order_holding_id_idx";

-- DropIndex
DROP INDEX "order_fill_venue_account_id_trade_id_key";

-- CreateTable
CREATE TABLE "candle" (
    "venue_code" TEXT NOT NULL,
    "asset" TEXT NOT NULL,
    "bar_ms" INTEGER NOT NULL,
    "start_at" TIMESTAMPTZ(3) NOT NULL,
    "open" DOUBLE PRECISION NOT NULL,
    "high" DOUBLE PRECISION NOT NULL,
    "low" DOUBLE PRECISION NOT NULL,
    "close" DOUBLE PRECISION NOT NULL,
    "volume" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "candle_pkey" PRIMARY KEY ("venue_code","asset","bar_ms","start_at")
);

-- CreateTable
CREATE TABLE "watched_market" (
    "id" SERIAL NOT NULL,
    "venue_account_id" INTEGER NOT NULL,
    "asset" TEXT NOT NULL,
    "symbol" TEXT,
    "flags" TEXT[],
    "wallet_state" TEXT NOT NULL DEFAULT 'unknown',
    "candles_until" TIMESTAMPTZ(3),
    "read_at" TIMESTAMPTZ(3),
    "next_read_at" TIMESTAMPTZ(3) NOT NULL,
    "failed_reads" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "watched_market_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "coverage_reading" (
    "id" SERIAL NOT NULL,
    "case_id" INTEGER NOT NULL,
    "read_at" TIMESTAMPTZ(3) NOT NULL,
    "sale_on" DATE NOT NULL,
    "rule_version" TEXT NOT NULL,
    "policy_version" TEXT NOT NULL,
    "inputs" JSONB NOT NULL,
    "inputs_digest" TEXT NOT NULL,
    "standing" TEXT NOT NULL,
    "probability" DECIMAL(9,6),
    "result" JSONB NOT NULL,

    CONSTRAINT "coverage_reading_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "order_share" (
    "id" SERIAL NOT NULL,
    "order_id" INTEGER NOT NULL,
    "decision_id" INTEGER NOT NULL,
    "case_id" INTEGER NOT NULL,
    "holding_id" INTEGER NOT NULL,
    "quantity" DECIMAL(38,18) NOT NULL,
    "maximum_proceeds" DECIMAL(38,18) NOT NULL,
    "exceeds_need" BOOLEAN NOT NULL DEFAULT false,
    "executed_quantity" DECIMAL(38,18),

    CONSTRAINT "order_share_pkey" PRIMARY KEY ("id")
);

-- Every order there is becomes an order with one share: the whole of it.
INSERT INTO order_share (order_id, decision_id, case_id, holding_id, quantity, maximum_proceeds, exceeds_need, executed_quantity)
SELECT id, decision_id, case_id, holding_id, quantity, maximum_proceeds, exceeds_need, executed_quantity FROM sale_order ORDER BY id;

-- AlterTable
ALTER TABLE "sale_order" DROP COLUMN "case_id",
DROP COLUMN "decision_id",
DROP COLUMN "exceeds_need",
DROP COLUMN "holding_id",
DROP COLUMN "maximum_proceeds",
ADD COLUMN     "allocation" JSONB,
ADD COLUMN     "rest_until" TIMESTAMPTZ(3),
ADD COLUMN     "style" "order_style" NOT NULL DEFAULT 'cross';

-- CreateTable
CREATE TABLE "sale_plan" (
    "id" SERIAL NOT NULL,
    "liquidation_id" INTEGER NOT NULL,
    "case_id" INTEGER NOT NULL,
    "holding_id" INTEGER NOT NULL,
    "asset" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "reason" TEXT NOT NULL,
    "made_at" TIMESTAMPTZ(3) NOT NULL,
    "rule_version" TEXT NOT NULL,
    "policy_version" TEXT NOT NULL,
    "planned_quantity" DECIMAL(38,18) NOT NULL,
    "arrival_price" DECIMAL(38,18) NOT NULL,
    "inputs" JSONB NOT NULL,
    "inputs_digest" TEXT NOT NULL,
    "result" JSONB NOT NULL,
    "orders_before" INTEGER NOT NULL,
    "superseded_at" TIMESTAMPTZ(3),

    CONSTRAINT "sale_plan_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "plan_slice" (
    "id" SERIAL NOT NULL,
    "plan_id" INTEGER NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,
    "quantity" DECIMAL(38,18) NOT NULL,
    "orders_before" INTEGER NOT NULL,
    "inputs" JSONB NOT NULL,
    "inputs_digest" TEXT NOT NULL,
    "result" JSONB NOT NULL,

    CONSTRAINT "plan_slice_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sale_wish" (
    "id" SERIAL NOT NULL,
    "case_id" INTEGER NOT NULL,
    "kind" "wish_kind" NOT NULL,
    "state" "wish_state" NOT NULL DEFAULT 'active',
    "asset" TEXT,
    "price" DECIMAL(38,18),
    "maximum_quantity" DECIMAL(38,18),
    "asset_order" TEXT[],
    "made_on" DATE NOT NULL,
    "reference" TEXT NOT NULL,
    "risk_notice_version" TEXT NOT NULL,
    "reached_at" TIMESTAMPTZ(3),
    "reached_price" DECIMAL(38,18),
    "triggered_at" TIMESTAMPTZ(3),
    "triggered_price" DECIMAL(38,18),
    "next_look_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "revoke_reference" TEXT,
    "recorded_by_id" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sale_wish_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "watched_market_next_read_at_idx" ON "watched_market"("next_read_at");

-- CreateIndex
CREATE UNIQUE INDEX "watched_market_venue_account_id_asset_key" ON "watched_market"("venue_account_id", "asset");

-- CreateIndex
CREATE INDEX "coverage_reading_case_id_id_idx" ON "coverage_reading"("case_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "order_share_decision_id_key" ON "order_share"("decision_id");

-- CreateIndex
CREATE INDEX "order_share_case_id_idx" ON "order_share"("case_id");

-- CreateIndex
CREATE INDEX "order_share_holding_id_idx" ON "order_share"("holding_id");

-- CreateIndex
CREATE UNIQUE INDEX "order_share_order_id_holding_id_key" ON "order_share"("order_id", "holding_id");

-- CreateIndex
CREATE INDEX "sale_plan_liquidation_id_idx" ON "sale_plan"("liquidation_id");

-- CreateIndex
CREATE INDEX "sale_plan_case_id_idx" ON "sale_plan"("case_id");

-- CreateIndex
CREATE UNIQUE INDEX "sale_plan_holding_id_version_key" ON "sale_plan"("holding_id", "version");

-- CreateIndex
CREATE UNIQUE INDEX "plan_slice_plan_id_starts_at_key" ON "plan_slice"("plan_id", "starts_at");

-- CreateIndex
CREATE INDEX "sale_wish_case_id_idx" ON "sale_wish"("case_id");

-- CreateIndex
CREATE INDEX "sale_wish_state_next_look_at_idx" ON "sale_wish"("state", "next_look_at");

-- CreateIndex
CREATE INDEX "sale_order_venue_account_id_idx" ON "sale_order"("venue_account_id");

-- CreateIndex
CREATE INDEX "sale_order_venue_account_id_asset_created_at_idx" ON "sale_order"("venue_account_id", "asset", "created_at");

-- CreateIndex
CREATE INDEX "order_fill_order_id_idx" ON "order_fill"("order_id");

-- CreateIndex
CREATE INDEX "order_fill_holding_id_idx" ON "order_fill"("holding_id");

-- CreateIndex
CREATE UNIQUE INDEX "order_fill_venue_account_id_trade_id_holding_id_key" ON "order_fill"("venue_account_id", "trade_id", "holding_id");

-- AddForeignKey
ALTER TABLE "order_share" ADD CONSTRAINT "order_share_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "sale_order"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "order_share" ADD CONSTRAINT "order_share_decision_id_fkey" FOREIGN KEY ("decision_id") REFERENCES "sale_decision"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "plan_slice" ADD CONSTRAINT "plan_slice_plan_id_fkey" FOREIGN KEY ("plan_id") REFERENCES "sale_plan"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- What holds whatever the application does.
ALTER TABLE order_share ADD CONSTRAINT order_share_quantities CHECK (
  quantity > 0 AND maximum_proceeds > 0 AND (executed_quantity IS NULL OR executed_quantity >= 0));
ALTER TABLE sale_order ADD CONSTRAINT sale_order_passive_ends CHECK ((style = 'passive') = (rest_until IS NOT NULL));
-- A trade of a few units shared by many cases may leave one of them less than the venue's last decimal of won.
ALTER TABLE order_fill DROP CONSTRAINT order_fill_positive;
ALTER TABLE order_fill ADD CONSTRAINT order_fill_positive CHECK (quantity > 0 AND price > 0 AND proceeds >= 0);
ALTER TABLE candle ADD CONSTRAINT candle_is_one CHECK (bar_ms > 0 AND low > 0 AND high >= low AND volume >= 0 AND open BETWEEN low AND high AND close BETWEEN low AND high);
ALTER TABLE coverage_reading ADD CONSTRAINT coverage_reading_standing CHECK (
  standing IN ('covered', 'at_risk', 'short', 'unknown') AND (standing = 'unknown') = (probability IS NULL) AND (probability IS NULL OR probability BETWEEN 0 AND 1));
ALTER TABLE sale_plan ADD CONSTRAINT sale_plan_positive CHECK (planned_quantity > 0 AND arrival_price > 0 AND version > 0);
CREATE UNIQUE INDEX sale_plan_one_in_force ON sale_plan (holding_id) WHERE superseded_at IS NULL;
ALTER TABLE plan_slice ADD CONSTRAINT plan_slice_lasts CHECK (quantity >= 0 AND ends_at > starts_at);
ALTER TABLE sale_wish ADD CONSTRAINT sale_wish_says_what CHECK (
  (kind = 'coin_order' AND asset IS NULL AND price IS NULL AND cardinality(asset_order) > 0)
  OR (kind <> 'coin_order' AND asset IS NOT NULL AND price > 0 AND cardinality(asset_order) = 0));
ALTER TABLE sale_wish ADD CONSTRAINT sale_wish_ends CHECK ((state IN ('done', 'expired', 'revoked')) = (ended_at IS NOT NULL));
ALTER TABLE sale_wish ADD CONSTRAINT sale_wish_trigger CHECK ((triggered_at IS NULL) = (triggered_price IS NULL) AND (reached_at IS NULL) = (reached_price IS NULL));
CREATE UNIQUE INDEX sale_wish_one_live ON sale_wish (case_id, kind, coalesce(asset, '')) WHERE state IN ('active', 'triggered');
-- What is asked before every round, whatever has been sold before: the open orders of an account, and where the decisions under a mandate begin.
CREATE INDEX sale_order_open ON sale_order (venue_account_id) WHERE closed_at IS NULL;
CREATE INDEX sale_decision_mandate ON sale_decision (case_id, ((inputs->'gate'->'mandate'->>'id')::int), id);

GRANT SELECT, INSERT, UPDATE, DELETE ON candle, watched_market TO cheongsan_app;
GRANT SELECT, INSERT ON coverage_reading, order_share, sale_plan, plan_slice, sale_wish TO cheongsan_app;
GRANT UPDATE (executed_quantity) ON order_share TO cheongsan_app;
GRANT UPDATE (superseded_at) ON sale_plan TO cheongsan_app;
GRANT UPDATE (state, reached_at, reached_price, triggered_at, triggered_price, next_look_at, ended_at, revoke_reference) ON sale_wish TO cheongsan_app;
GRANT USAGE ON SEQUENCE coverage_reading_id_seq, order_share_id_seq, plan_slice_id_seq, sale_plan_id_seq, sale_wish_id_seq, watched_market_id_seq TO cheongsan_app;
