import type { WriteStream } from 'node:tty';

const WIDTH = 30;
const STEPS_TOLD = 10;

/**
 * How far something is, on standard error: a bar that is drawn over where somebody looks on, and else, in a log or a pipe, one line
 * a tenth.
 */
export class ProgressBar {
  readonly #stream: Pick<WriteStream, 'write'> & { readonly isTTY?: boolean };
  #title = '';
  #step = -1;

  constructor(stream: Pick<WriteStream, 'write'> & { readonly isTTY?: boolean } = process.stderr) {
    this.#stream = stream;
  }

  show(title: string, done: number, total: number): void {
    const isNew = title !== this.#title;
    if (isNew) this.#finishLine();
    const steps = this.#stream.isTTY === true ? 100 : STEPS_TOLD;
    const step = total === 0 ? steps : Math.floor((Math.min(done, total) / total) * steps);
    if (!isNew && step === this.#step) return;
    this.#title = title;
    this.#step = step;
    const percent = `${Math.floor((step * 100) / steps)}%`.padStart(4);
    if (this.#stream.isTTY === true) this.#stream.write(`\r${title} ${drawn(step / steps)} ${percent}`);
    else this.#stream.write(`${title} ${percent}\n`);
  }

  /** Leaves the bar standing and the cursor below it. */
  end(): void {
    this.#finishLine();
    this.#title = '';
    this.#step = -1;
  }

  #finishLine(): void {
    if (this.#stream.isTTY === true && this.#title !== '') this.#stream.write('\n');
  }
}

function drawn(share: number): string {
  const full = Math.round(share * WIDTH);
  return `[${'█'.repeat(full)}${'░'.repeat(WIDTH - full)}]`;
}
