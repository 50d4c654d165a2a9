import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CheongsanError } from '../../kernel/errors.ts';
import { projectRoot } from '../../kernel/paths.ts';
import { type IdleReport, idleReport } from './messages.ts';

const LINES_KEPT = 20;
/** Longer than the longest work at one instant: several time-outs of the venue, one after the other. */
const SILENCE_MS_MAX = 300_000;

export interface SellerProcessOptions {
  readonly accountId: number;
  readonly environment: Readonly<Record<string, string>>;
}

interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  /** Resolves with each line in turn; undefined when the process has ended. */
  readonly nextLine: () => Promise<string | undefined>;
  readonly gone: Promise<void>;
  wasKilled: boolean;
}

/** A seller as a process of its own: started when it is needed, killed with SIGKILL, and started again on what the database holds. */
export class SellerProcess {
  readonly #options: SellerProcessOptions;
  #running: Promise<Running> | undefined;
  #lastErrors: string[] = [];
  kills = 0;

  constructor(options: SellerProcessOptions) {
    this.#options = options;
  }

  /** Has it do all that is due at an instant. `killed` when it was killed meanwhile. Error: `INTERNAL` when it failed by itself. */
  async workAt(at: Date): Promise<IdleReport | 'killed'> {
    this.#running ??= this.#start();
    const running = await this.#running;
    if (running.wasKilled) return this.#afterKill(running);
    running.child.stdin.write(`${JSON.stringify({ at: at.toISOString() })}\n`);
    const line = await this.#within(running.nextLine());
    if (line !== undefined) return idleReport.parse(JSON.parse(line));
    if (running.wasKilled) return this.#afterKill(running);
    throw this.#failure('ended by itself');
  }

  /** No handler runs, nothing is flushed; resolves when it is gone. Nothing happens to one that is not running. */
  async kill(): Promise<void> {
    const running = await this.#running;
    if (running === undefined || running.wasKilled) return;
    running.wasKilled = true;
    this.kills += 1;
    running.child.kill('SIGKILL');
    await running.gone;
  }

  /** Lets it end; the next work starts another. */
  async stop(): Promise<void> {
    const running = await this.#running;
    this.#running = undefined;
    if (running === undefined) return;
    running.child.stdin.end();
    await running.gone;
  }

  async #afterKill({ gone }: Running): Promise<'killed'> {
    await gone;
    this.#running = undefined;
    return 'killed';
  }

  async #start(): Promise<Running> {
    const { accountId, environment } = this.#options;
    const child = spawn(process.execPath, [join(projectRoot, 'dist', 'src', 'simulation', 'soak', 'seller.js'), `${accountId}`], {
      env: { ...process.env, ...environment },
    });
    this.#lastErrors = [];
    // What was written to one that is gone is lost with it.
    child.stdin.on('error', () => undefined);
    createInterface({ input: child.stderr }).on('line', (line) => {
      this.#lastErrors = [...this.#lastErrors.slice(1 - LINES_KEPT), line];
    });
    const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const nextLine = async (): Promise<string | undefined> => {
      const { done, value } = await lines.next();
      if (done !== true) return value;
      await gone;
      return undefined;
    };
    if ((await this.#within(nextLine())) === undefined) throw this.#failure('did not start');
    return { child, nextLine, gone, wasKilled: false };
  }

  async #within<T>(work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(this.#failure(`was silent for ${SILENCE_MS_MAX} ms`)), SILENCE_MS_MAX);
    });
    try {
      return await Promise.race([work, silence]);
    } finally {
      clearTimeout(timer);
    }
  }

  #failure(what: string): CheongsanError {
    const { accountId } = this.#options;
    return new CheongsanError('INTERNAL', `The seller of account ${accountId} ${what}. Its last lines: ${this.#lastErrors.join(' | ')}`);
  }
}
