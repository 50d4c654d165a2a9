import { PrismaPg } from '@prisma/adapter-pg';
import type { Transaction } from '@prisma/driver-adapter-utils';
import { CheongsanError } from '../kernel/errors.ts';

/**
 * Prisma asks for several relations of a row at once, also in a transaction, whose one connection answers one question at a time.
 * The driver lines them up for now and says that it will not for ever; here each is sent when the one before has been answered, which
 * is the same order and the same time.
 */
export class OrderlyPrismaPg extends PrismaPg {
  override async connect(): ReturnType<PrismaPg['connect']> {
    const adapter = await super.connect();
    const start = adapter.startTransaction.bind(adapter);
    adapter.startTransaction = async (isolationLevel) => inTurn(await start(isolationLevel));
    return adapter;
  }
}

/** Once its connection is given back a transaction asks nothing more: what came too late would be done outside of it, for good. */
function inTurn(transaction: Transaction): Transaction {
  const queryRaw = transaction.queryRaw.bind(transaction);
  const executeRaw = transaction.executeRaw.bind(transaction);
  const [commit, rollback] = [transaction.commit.bind(transaction), transaction.rollback.bind(transaction)];
  let last: Promise<unknown> = Promise.resolve();
  let isOver = false;
  const next = <T>(ask: () => Promise<T>): Promise<T> => {
    const askInTime = () => (isOver ? Promise.reject(tooLate()) : ask());
    // What became of the one before is told to whoever asked it.
    const answer = last.then(askInTime, askInTime);
    last = answer;
    return answer;
  };
  const end = (giveBack: () => Promise<void>) => () => {
    isOver = true;
    return giveBack();
  };
  transaction.commit = end(commit);
  transaction.rollback = end(rollback);
  transaction.queryRaw = (query) => next(() => queryRaw(query));
  transaction.executeRaw = (query) => next(() => executeRaw(query));
  return transaction;
}

function tooLate(): CheongsanError {
  return new CheongsanError(
    'INTERNAL',
    'A statement came after the end of its transaction and was not sent; the unit of work took too long.',
  );
}
