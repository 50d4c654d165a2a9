import { CheongsanError } from '../kernel/errors.ts';

const PURPOSE = /^[a-z][a-z0-9_.]{2,63}$/;

/** Why personal data is looked at, as `subject.act` (`notice.print`, `match.decide`): logged for ever, so it names nobody. */
export function assertPurpose(purpose: string): void {
  if (!PURPOSE.test(purpose)) {
    throw new CheongsanError('INPUT_INVALID', `A purpose is a code such as "notice.print", got ${JSON.stringify(purpose)}.`);
  }
}
