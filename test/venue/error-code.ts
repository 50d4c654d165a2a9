import { CheongsanError, type ErrorCode } from '../../src/kernel/errors.ts';

/** The code of the refusal that an act meets; undefined when it is allowed. */
export function errorCode(act: () => void): ErrorCode | undefined {
  try {
    act();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof CheongsanError) return thrown.code;
    throw thrown;
  }
}
