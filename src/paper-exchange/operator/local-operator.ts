import { CheongsanError } from '../../kernel/errors.ts';
import type { Desk } from './desk-parts.ts';
import { type Checked, type Given, OPERATIONS, type OperationName, type Result } from './operations.ts';
import { Operator } from './operator.ts';

/** Checks what is given and carries it out. Error: `INPUT_INVALID`, naming the fields but not their values. */
export function perform<Name extends OperationName>(desk: Desk, name: Name, given: unknown): Result[Name] {
  const parsed = OPERATIONS[name].input.safeParse(given);
  if (!parsed.success) {
    const reasons = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
    throw new CheongsanError('INPUT_INVALID', `${name} cannot be carried out. ${reasons}.`);
  }
  const checked: Checked[Name] = parsed.data;
  return desk[name](checked);
}

/** The back office in the exchange's own process. */
export class LocalOperator extends Operator {
  readonly #desk: Desk;

  constructor(desk: Desk) {
    super();
    this.#desk = desk;
  }

  protected override async call<Name extends OperationName>(name: Name, given: Given[Name]): Promise<Result[Name]> {
    return perform(this.#desk, name, given);
  }
}
