import { z } from 'zod';
import { CheongsanError, isErrorCode } from '../../kernel/errors.ts';
import { type Given, OPERATIONS, type OperationName, type Result } from './operations.ts';
import { Operator } from './operator.ts';

const failure = z.object({ error: z.object({ code: z.string(), detail: z.string() }) });

/** The back office of a paper exchange in another process. `url` is the exchange's, `token` its operator token. */
export class RemoteOperator extends Operator {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    super();
    this.#url = url;
    this.#token = token;
  }

  protected override async call<Name extends OperationName>(name: Name, given: Given[Name]): Promise<Result[Name]> {
    let response: Response;
    try {
      response = await fetch(`${this.#url}/operator/${name}`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${this.#token}`, 'Content-Type': 'application/json' },
        body: JSON.stringify(given),
      });
    } catch (cause) {
      throw new CheongsanError('EXCHANGE_UNAVAILABLE', `The paper exchange at ${this.#url} does not answer; start it.`, { cause });
    }
    const body: unknown = await response.json();
    if (response.ok) return OPERATIONS[name].output.parse(body);
    const failed = failure.safeParse(body);
    const code = failed.success && isErrorCode(failed.data.error.code) ? failed.data.error.code : 'INTERNAL';
    throw new CheongsanError(
      code,
      failed.success ? failed.data.error.detail : `The paper exchange answered ${response.status} to ${name}.`,
    );
  }
}
