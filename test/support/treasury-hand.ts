import { importBankStatement } from '../../src/treasury/bank-statement.ts';
import { requestWithdrawal } from '../../src/treasury/withdrawal.ts';
import { confirmWithdrawal } from '../../src/treasury/withdrawal-confirmation.ts';
import { applyWithdrawalDecisions } from '../../src/treasury/withdrawal-decision.ts';
import { createOfficial, type Official } from '../identity/officials.ts';
import type { SaleDesk } from './sale-desk.ts';
import { vouchFor } from './sample-reading.ts';
import { testKeys } from './test-keys.ts';

/** What treasury does with the won of a sale, as far as a sale or its trace depends on it. */
export class TreasuryHand {
  readonly #city: SaleDesk;
  readonly #treasurer: Official;
  #withdrawalId = 0;

  private constructor(city: SaleDesk, treasurer: Official) {
    this.#city = city;
    this.#treasurer = treasurer;
  }

  static async open(city: SaleDesk): Promise<TreasuryHand> {
    return new TreasuryHand(city, await createOfficial(city.database, 'treasurer', ['treasury_officer']));
  }

  /** Asked for, approved, and sent by a person at the exchange's site. */
  async send(caseId: number): Promise<void> {
    const { database, accountId, exchange, owner } = this.#city;
    await vouchFor(database, accountId);
    const { withdrawalId, approval } = await database.work(this.#treasurer.actor, (work) =>
      requestWithdrawal(work, { venueAccountId: accountId, caseIds: [caseId], reason: '매각대금 회수' }),
    );
    await this.#city.decide(approval, 'approve', (work, decided) => applyWithdrawalDecisions(work, [decided]));
    const { amountKrw } = await database.read.wonWithdrawal.findUniqueOrThrow({ where: { id: withdrawalId } });
    await exchange.operator.withdrawWon({ accountId: owner, amount: amountKrw.toString() });
    await database.work(this.#treasurer.actor, (work) => confirmWithdrawal(work, { withdrawalId, venueReference: 'sample' }));
    this.#withdrawalId = withdrawalId;
  }

  /** Seen on the bank statement today. */
  async receive(): Promise<void> {
    const { database, today } = this.#city;
    const { amountKrw, number } = await database.read.wonWithdrawal.findUniqueOrThrow({ where: { id: this.#withdrawalId } });
    const file = `거래번호,거래일자,입금액,출금액,적요,거래상대방\r\nB${number},${today},${amountKrw},,${number},표본 거래처\r\n`;
    await importBankStatement(database, testKeys, this.#treasurer.actor, Buffer.from(file, 'utf8'));
  }
}
