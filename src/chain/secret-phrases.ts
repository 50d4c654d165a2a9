import { joinedWordsIn } from './secret-joined.ts';
import { isPhrase, numbersOf, PHRASE_LENGTHS } from './secret-words.ts';

interface PhraseFinding {
  readonly kind: 'seed_phrase' | 'seed_phrase_near_miss';
  readonly start: number;
  readonly end: number;
}

interface Word {
  readonly start: number;
  readonly end: number;
  readonly number: number | undefined;
}

/** Marks belong to the letter before them: Korean text may come decomposed. */
const WORD = /[\p{L}\p{M}]+/gu;
const LANGUAGE_COUNT = 2;

/** So many listed words among so many in a row are no accident: prose hardly goes three words without one that is not listed. */
const NEAR_MISS_WORDS = 11;
const NEAR_MISS_WINDOW = 12;
/** In a longer run the checksum says nothing that the run itself has not said. */
const CHECKED_RUN_MAX = 200;

/** Recovery phrases, whatever numbers, punctuation, line ends or words stand between the words, or nothing at all. */
export function phrasesIn(text: string): PhraseFinding[] {
  const tokens = [...text.matchAll(WORD)].map((match) => ({ match, numbers: numbersOf(match[0]) }));
  const findings: PhraseFinding[] = [];
  for (let language = 0; language < LANGUAGE_COUNT; language++) {
    const words = tokens.map(({ match, numbers }) => ({
      start: match.index,
      end: match.index + match[0].length,
      number: numbers[language],
    }));
    for (const run of runsOf(words)) findings.push(...judge(run));
  }
  return [
    ...findings,
    ...joinedIn(text).filter((joined) => findings.every((each) => each.end <= joined.start || joined.end <= each.start)),
  ];
}

/** What is joined can be cut in more than one way, so a wrong checksum says little. */
function joinedIn(text: string): PhraseFinding[] {
  return joinedWordsIn(text).map(({ start, end, numbers }) => ({
    kind: isPhrase(numbers) ? 'seed_phrase' : 'seed_phrase_near_miss',
    start,
    end,
  }));
}

/** Stretches in which, of any twelve words in a row, eleven at least are listed; stretches that overlap are one. */
function runsOf(words: readonly Word[]): Word[][] {
  const runs: { from: number; to: number }[] = [];
  let listed = 0;
  for (const [index, word] of words.entries()) {
    if (word.number !== undefined) listed += 1;
    const leaving = words[index - NEAR_MISS_WINDOW];
    if (leaving?.number !== undefined) listed -= 1;
    if (listed < NEAR_MISS_WORDS) continue;
    const from = Math.max(0, index - NEAR_MISS_WINDOW + 1);
    const last = runs.at(-1);
    if (last !== undefined && from <= last.to) last.to = index;
    else runs.push({ from, to: index });
  }
  return runs.map(({ from, to }) => words.slice(from, to + 1));
}

function judge(run: readonly Word[]): PhraseFinding[] {
  const valid = validIn(run.slice(0, CHECKED_RUN_MAX));
  if (valid.length > 0) return valid;
  const listed = run.filter(({ number }) => number !== undefined);
  return spanOf('seed_phrase_near_miss', listed);
}

/** The longest phrases with a checksum that stand in a run without overlapping. */
function validIn(run: readonly Word[]): PhraseFinding[] {
  const findings: PhraseFinding[] = [];
  for (let from = 0; from < run.length; from++) {
    const length = PHRASE_LENGTHS.find((size) => {
      const numbers = run.slice(from, from + size).flatMap(({ number }) => number ?? []);
      return numbers.length === size && isPhrase(numbers);
    });
    if (length === undefined) continue;
    findings.push(...spanOf('seed_phrase', run.slice(from, from + length)));
    from += length - 1;
  }
  return findings;
}

function spanOf(kind: PhraseFinding['kind'], words: readonly Word[]): PhraseFinding[] {
  const [first, last] = [words[0], words.at(-1)];
  return first === undefined || last === undefined ? [] : [{ kind, start: first.start, end: last.end }];
}
