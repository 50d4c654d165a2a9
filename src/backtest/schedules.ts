import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { CheongsanError } from '../kernel/errors.ts';
import { saleTable } from '../liquidation/planning/sale-table.ts';
import { type Grid, gridOf } from './grid.ts';
import { krwPerQuote } from './market-name.ts';
import { Planner } from './planner.ts';
import { readRecordings } from './recording.ts';

const startSchema = z.object({
  set: z.string(),
  startTs: z.int(),
  notionalKrw: z.number().positive(),
  openPrice: z.number().positive(),
});
type Start = z.output<typeof startSchema>;

const HOUR_MS = 3_600_000;
const LINES_A_WRITE = 1_000;

/**
 * Writes the planner's schedule for each start and risk weight, in the form the judge reads. Answers how many. Errors: `NOT_FOUND` for a
 * start in a market or at a time that the folder does not hold, `FILE_FORMAT` for a line that is no start.
 */
export async function writeSchedules(task: {
  readonly folder: string;
  readonly starts: string;
  readonly schedules: string;
  readonly lambdas: readonly number[];
  readonly onProgress: (done: number, total: number) => void;
}): Promise<number> {
  const starts = await readStarts(task.starts);
  const markets = await marketsOf(task.folder, new Set(starts.map(({ set }) => set)));
  const placed = starts.map((start) => ({ start, ...placeOf(markets, start) }));
  const total = starts.length * task.lambdas.length;
  const file = await open(task.schedules, 'w').catch((cause: unknown) => {
    throw new CheongsanError('NOT_FOUND', `${task.schedules} cannot be written; name a file in a folder that exists.`, { cause });
  });
  let done = 0;
  try {
    let lines: string[] = [];
    for (const lambda of task.lambdas) {
      for (const { start, market, bar } of placed) {
        lines.push(lineOf(market, { ...start, bar, lambda }));
        done++;
        if (lines.length < LINES_A_WRITE) continue;
        await file.appendFile(lines.join(''));
        task.onProgress(done, total);
        lines = [];
      }
    }
    await file.appendFile(lines.join(''));
  } finally {
    await file.close();
  }
  return done;
}

async function readStarts(path: string): Promise<Start[]> {
  const starts: Start[] = [];
  const lines = createInterface({ input: createReadStream(path) });
  let number = 0;
  try {
    for await (const line of lines) {
      number++;
      if (line.trim() !== '') starts.push(startOf(line, `${path}, line ${number}`));
    }
  } catch (cause) {
    if (cause instanceof CheongsanError) throw cause;
    throw new CheongsanError('NOT_FOUND', `${path} cannot be read; name the file of starts.`, { cause });
  }
  return starts;
}

function startOf(line: string, where: string): Start {
  try {
    return startSchema.parse(JSON.parse(line));
  } catch (cause) {
    throw new CheongsanError('FILE_FORMAT', `${where} is no start {set, startTs, notionalKrw, openPrice}: ${line.slice(0, 80)}`, { cause });
  }
}

interface Market {
  readonly grid: Grid;
  readonly planner: Planner;
}

async function marketsOf(folder: string, sets: ReadonlySet<string>): Promise<Market[]> {
  const markets: Market[] = [];
  for await (const recording of readRecordings(folder)) {
    if (!sets.has(recording.name)) continue;
    const grid = gridOf(recording);
    markets.push({ grid, planner: new Planner(grid) });
  }
  return markets;
}

/** The recording of the market in which the start lies, or that ends where it begins; a folder may hold several. */
function placeOf(markets: readonly Market[], { set, startTs }: Start): { readonly market: Market; readonly bar: number } {
  for (const market of markets) {
    const { name, firstMs, barMs, bars } = market.grid;
    const bar = (startTs - firstMs) / barMs;
    if (name === set && Number.isInteger(bar) && bar >= 0 && bar <= bars) return { market, bar };
  }
  throw new CheongsanError('NOT_FOUND', `No recording of ${set} has a bar that begins at ${startTs}.`);
}

function lineOf({ grid, planner }: Market, start: Start & { readonly bar: number; readonly lambda: number }): string {
  const { set, startTs, notionalKrw, openPrice, bar, lambda } = start;
  const units = notionalKrw / krwPerQuote(grid.quote) / openPrice;
  const { now, shares } = planner.plannedSale(saleTable(lambda, grid.barMs / HOUR_MS), { start: bar, units, arrivalPrice: openPrice });
  return `${JSON.stringify({ set, startTs, notionalKrw, lambda, now, q: shares })}\n`;
}
