import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What starts whole services takes minutes and mostly waits: begun last, it would run alone at the end. */
const LONGEST = ['/test/simulation/', '/test/service/', '/test/cli/'];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = LONGEST.findIndex((folder) => moduleId.includes(folder));
      return place < 0 ? LONGEST.length : place;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    env: { TZ: 'UTC' },
    // Whole services start slowly on a busy machine.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    watch: false,
    globalSetup: ['test/support/cluster.ts'],
    setupFiles: ['test/support/each-file.ts'],
    sequence: { sequencer: LongestFirst },
    // Files share a worker's modules: loading the whole service anew for each of two hundred files took half of all the time. Nothing
    // keeps state in a module but caches; each file has a database of its own.
    isolate: false,
    // On two cores: one more than cores, since the tests of whole services wait more than they work.
    maxWorkers: 3,
  },
});
