import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pause } from '../kernel/clock.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { projectRoot } from '../kernel/paths.ts';

const START_TIMEOUT_MS = 60_000;
const LINES_KEPT = 40;
const START_ATTEMPTS_MAX = 40;
const START_AGAIN_MS = 100;

/**
 * The real service as a process of its own, as `npm start` runs it, so that it can be killed with SIGKILL and started again on
 * what the database holds.
 */
export class ServiceProcess {
  readonly #args: () => readonly string[];
  readonly #environment: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;
  /** The one that `kill` has hit. */
  #killed: ChildProcess | undefined;
  #url: string | undefined;
  #firstLink: string | undefined;
  #lastLines: string[] = [];
  kills = 0;

  constructor(options: { readonly args: () => readonly string[]; readonly environment: Readonly<Record<string, string>> }) {
    this.#args = options.args;
    this.#environment = options.environment;
  }

  /** The address of the running service; undefined while it is down. */
  get url(): string | undefined {
    return this.#url;
  }

  /** The one-time link that the very first start printed. */
  get firstAdministratorLink(): string | undefined {
    return this.#firstLink;
  }

  /** False when it was not to be: a kill fell before it was up, or its database was down just then. */
  async start(): Promise<boolean> {
    const child = spawn(process.execPath, [join(projectRoot, 'dist', 'src', 'main.js'), ...this.#args()], {
      env: { ...process.env, ...this.#environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.#lastLines = [];
    return new Promise<boolean>((resolve, reject) => {
      const timer = setTimeout(() => reject(this.#failure('did not start in time')), START_TIMEOUT_MS);
      const listen = (line: string) => {
        this.#lastLines = [...this.#lastLines.slice(1 - LINES_KEPT), line];
        this.#firstLink = /(https?:\S+\/first-administrator#\S+)/.exec(line)?.[1] ?? this.#firstLink;
        const url = /(https?:\/\/\S+) 에서 실행 중/.exec(line)?.[1];
        if (url === undefined) return;
        clearTimeout(timer);
        this.#url = url;
        resolve(true);
      };
      for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', listen);
      child.once('exit', (code, signal) => {
        if (this.#child === child) this.#url = undefined;
        clearTimeout(timer);
        const isWithoutDatabase = this.#lastLines.some((last) => last.includes('[DATABASE_UNAVAILABLE]'));
        if (this.#killed === child || isWithoutDatabase) resolve(false);
        else reject(this.#failure(`ended with ${signal ?? code}`));
      });
    });
  }

  /** SIGKILL: no handler runs, nothing is flushed. */
  kill(): void {
    this.kills++;
    this.#url = undefined;
    this.#killed = this.#child;
    this.#child?.kill('SIGKILL');
  }

  /** True when the process is gone, by whatever cause. */
  get isDown(): boolean {
    return this.#child === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Starts it once a kill has taken effect, and again, as a supervisor would, until it is up. */
  async restartIfDown(): Promise<void> {
    if (this.#url !== undefined && !this.isDown) return;
    for (let attempt = 1; attempt <= START_ATTEMPTS_MAX; attempt++) {
      const child = this.#child;
      if (child !== undefined && !this.isDown) await new Promise((resolve) => child.once('exit', resolve));
      if (await this.start()) return;
      await pause(START_AGAIN_MS);
    }
    throw this.#failure(`did not come up in ${START_ATTEMPTS_MAX} attempts`);
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined || this.isDown) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await gone;
  }

  #failure(what: string): CheongsanError {
    return new CheongsanError('INTERNAL', `The service ${what}. Its last lines: ${this.#lastLines.join(' | ')}`);
  }
}
