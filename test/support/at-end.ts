/** What the tests of the present file have opened. */
const opened: (() => unknown)[] = [];

/** Closes something at the end of the test file, the last opened first; from anywhere, also while a test runs, where a hook would be lost. */
export function atEnd(close: () => unknown): void {
  opened.push(close);
}

/** Called by `each-file.ts` when a file has ended. */
export async function closeOpened(): Promise<void> {
  const failures: unknown[] = [];
  for (const close of opened.splice(0).toReversed()) {
    try {
      await close();
    } catch (thrown) {
      failures.push(thrown);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'What the tests opened was not closed.');
}
