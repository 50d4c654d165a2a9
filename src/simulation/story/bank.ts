import type { Won } from '../../kernel/money.ts';
import { type BankLineRow, bankStatementFile } from '../sample/files.ts';
import { handIn } from './answers.ts';
import { type Stage, today } from './stage.ts';

export interface BankMovement {
  readonly direction: 'in' | 'out';
  readonly amount: Won;
  /** Number of ours that the payer wrote into the remark. */
  readonly remark: string;
  readonly counterpart: string;
}

/** The treasurer hands in today's statement of the city's account: what the sample bank has moved since the last one. */
export async function handInStatement(stage: Stage, movements: readonly BankMovement[]): Promise<void> {
  if (movements.length === 0) return;
  const day = today(stage);
  const rows = movements.map(
    ({ direction, amount, remark, counterpart }, index): BankLineRow => ({
      serial: `${day.replaceAll('-', '')}-${remark}-${index + 1}`,
      on: day,
      deposit: direction === 'in' ? amount : undefined,
      withdrawal: direction === 'out' ? amount : undefined,
      remark,
      counterpart,
    }),
  );
  await handIn(stage, '/imports/bank-statement', await bankStatementFile(rows), stage.cast.treasurer);
}
