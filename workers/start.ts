import { QUEUE_NAMES, type QueueName } from '../src/database/work.ts';
import type { Services } from '../src/http/services.ts';
import { raiseAlert } from '../src/intent/alert.ts';
import { answerRing } from '../src/queue/answer.ts';
import { answerAlert } from './alerts.ts';
import { answerApproval } from './approvals.ts';
import { answerCase } from './cases.ts';
import { answerCoverage } from './coverage.ts';
import { answerCustody } from './custody.ts';
import { answerDesk } from './desk.ts';
import { answerMarket } from './markets.ts';
import { Sweeper } from './sweeper.ts';
import { answerTreasury } from './treasury.ts';
import { answerWallet } from './wallets.ts';
import { answerWish } from './wishes.ts';

interface Answer {
  readonly concurrency: number;
  /** Asks an exchange whenever it is rung. */
  readonly asksExchange?: true;
  readonly handle: (services: Services, id: number) => Promise<void>;
}

/** Concurrency is over rows; one row is never answered twice at once except after a killed worker, which every answer bears. */
const ANSWERS: Readonly<Record<QueueName, Answer>> = {
  cases: { concurrency: 4, handle: answerCase },
  desk: { concurrency: 4, asksExchange: true, handle: answerDesk },
  custody: { concurrency: 2, asksExchange: true, handle: answerCustody },
  // One answer reads all that is due at the account.
  markets: { concurrency: 1, asksExchange: true, handle: answerMarket },
  treasury: { concurrency: 2, handle: answerTreasury },
  approvals: { concurrency: 1, handle: answerApproval },
  alerts: { concurrency: 1, handle: answerAlert },
  wishes: { concurrency: 2, asksExchange: true, handle: answerWish },
  coverage: { concurrency: 2, handle: answerCoverage },
  wallets: { concurrency: 2, asksExchange: true, handle: answerWallet },
};

export interface Workers {
  readonly sweeper: Sweeper;
  stop(): Promise<void>;
}

/**
 * Answers every queue and sweeps. Stopping lets running answers finish; the queues are closed by whoever opened them. Where no exchange
 * is to be asked, the queues that would ask it are neither answered nor rung for; what was rung stays remembered.
 */
export function startWorkers(services: Services, { hasExchange = true }: { readonly hasExchange?: boolean } = {}): Workers {
  const { database, queues } = services;
  const isAnswered = (queue: QueueName) => hasExchange || ANSWERS[queue].asksExchange !== true;
  const onStuck = (queue: QueueName, id: number) => tellStuck(services, queue, id);
  for (const queue of QUEUE_NAMES.filter(isAnswered)) {
    const { concurrency, handle } = ANSWERS[queue];
    queues.answer(queue, concurrency, (id) => answerRing(database, queue, id, (row) => handle(services, row), onStuck));
  }
  const sweeper = new Sweeper({ ...services, dueSources: services.dueSources.filter(({ queue }) => isAnswered(queue)) });
  sweeper.start();
  return { sweeper, stop: () => sweeper.stop() };
}

async function tellStuck({ database }: Services, queue: QueueName, id: number): Promise<void> {
  await database.work({ kind: 'system', part: 'queue' }, async (work) => {
    await raiseAlert(work, {
      code: 'job_failing',
      severity: 'warning',
      subject: `${queue}:${id}`,
      text: '자동 처리가 거듭 실패하고 있습니다. 기록을 확인하세요.',
      facts: { queue, id },
    });
  });
}
