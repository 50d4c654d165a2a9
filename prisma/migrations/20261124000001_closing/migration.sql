-- CreateEnum
CREATE TYPE "month_closing_state" AS ENUM ('requested', 'closed', 'rejected');

-- AlterEnum
ALTER TYPE "approval_kind" ADD VALUE 'month_closing';

-- CreateTable
CREATE TABLE "month_closing" (
    "id" SERIAL NOT NULL,
    "month" DATE NOT NULL,
    "state" "month_closing_state" NOT NULL DEFAULT 'requested',
    "approval_id" INTEGER,
    "figures_digest" TEXT NOT NULL,
    "created_by_id" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "closed_at" TIMESTAMPTZ(3),

    CONSTRAINT "month_closing_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "month_figure" (
    "closing_id" INTEGER NOT NULL,
    "chart_code" TEXT NOT NULL,
    "asset" TEXT NOT NULL,
    "opening" DECIMAL(38,18) NOT NULL,
    "debit" DECIMAL(38,18) NOT NULL,
    "credit" DECIMAL(38,18) NOT NULL,

    CONSTRAINT "month_figure_pkey" PRIMARY KEY ("closing_id","chart_code","asset")
);

-- CreateTable
CREATE TABLE "treasury_month" (
    "id" SERIAL NOT NULL,
    "month" DATE NOT NULL,
    "level" "tax_level" NOT NULL,
    "received_krw" BIGINT NOT NULL,
    "document_number" TEXT NOT NULL,
    "recorded_by_id" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "treasury_month_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "month_closing_month_state_idx" ON "month_closing"("month", "state");

-- CreateIndex
CREATE INDEX "treasury_month_month_level_idx" ON "treasury_month"("month", "level");

-- CreateIndex
CREATE INDEX "ledger_entry_posted_on_idx" ON "ledger_entry" USING BRIN ("posted_on");

-- AddForeignKey
ALTER TABLE "month_figure" ADD CONSTRAINT "month_figure_closing_id_fkey" FOREIGN KEY ("closing_id") REFERENCES "month_closing"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- A month is put to an approver once at a time, and closed once.
CREATE UNIQUE INDEX month_closing_once ON month_closing (month) WHERE state <> 'rejected';
ALTER TABLE month_closing ADD CONSTRAINT month_closing_is_month CHECK (month = date_trunc('month', month));
ALTER TABLE treasury_month ADD CONSTRAINT treasury_month_is_month CHECK (month = date_trunc('month', month));
ALTER TABLE month_figure ADD CONSTRAINT month_figure_sides CHECK (debit >= 0 AND credit >= 0);

-- Closes a month for good. Postings that are under way are waited for, and those that come meanwhile wait and find the month closed:
-- no entry gets into a month whose figures have been taken.
CREATE OR REPLACE FUNCTION ledger_close_month(p_month date, p_closed_at timestamptz, p_closed_by text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  LOCK TABLE ledger_entry IN SHARE ROW EXCLUSIVE MODE;
  INSERT INTO ledger_period (month, closed_at, closed_by) VALUES (date_trunc('month', p_month)::date, p_closed_at, p_closed_by)
  ON CONFLICT DO NOTHING;
END $$;

REVOKE ALL ON month_closing, month_figure, treasury_month FROM cheongsan_app;
GRANT SELECT, INSERT ON month_closing, month_figure, treasury_month TO cheongsan_app;
GRANT UPDATE (state, approval_id, closed_at) ON month_closing TO cheongsan_app;
GRANT USAGE ON SEQUENCE month_closing_id_seq, treasury_month_id_seq TO cheongsan_app;
