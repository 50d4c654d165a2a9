import { type Listed, listedWords } from './secret-words.ts';

/*
 * Phrases whose words are joined, written in camel case, or kept apart by other words: of a text only the letters of one script are read,
 * in one go, and cut into listed words again.
 */

/** Letters of the text that belong to listed words and to nothing else, with the numbers of these words. */
export interface JoinedWords {
  readonly start: number;
  readonly end: number;
  readonly numbers: readonly number[];
}

/** The shortest phrase. */
const WORDS_MIN = 12;
/** Longer texts are prose or tables: their Korean letters are not drawn together, which would take minutes and finds nothing there. */
const DRAWN_TOGETHER_MAX = 20_000;
const SCRIPTS = [/\p{Script=Latin}/u, /[\p{Script=Hangul}\p{M}]/u] as const;
/** What people write between words. */
const CONNECTORS: readonly (readonly string[])[] = [['and'], ['그리고', '다음', '다음은', '및', '또', '번째', '번']];

interface Node {
  readonly next: Map<string, Node>;
  number?: number;
  isConnector?: boolean;
}

const TREES: readonly Node[] = SCRIPTS.map((_, language) => {
  const root: Node = { next: new Map() };
  for (const [word, number] of listedWords(language)) nodeOf(root, word).number = number;
  for (const word of CONNECTORS[language] ?? []) nodeOf(root, word).isConnector = true;
  return root;
});

function nodeOf(root: Node, word: string): Node {
  let node = root;
  for (const letter of word) {
    const next = node.next.get(letter) ?? { next: new Map<string, Node>() };
    node.next.set(letter, next);
    node = next;
  }
  return node;
}

/** Stretches of twelve listed words and more that nothing of their own script interrupts, by language of the lists. */
export function joinedWordsIn(text: string): JoinedWords[] {
  return SCRIPTS.flatMap((script, language) => {
    const root = TREES[language];
    if (root === undefined || (language > 0 && text.length > DRAWN_TOGETHER_MAX)) return [];
    return chainsIn(lettersOf(text, script), root);
  });
}

interface Letter {
  readonly letter: string;
  readonly at: number;
}

/** Composed and small, each with its place in the text. */
function lettersOf(text: string, script: RegExp): Letter[] {
  const letters: Letter[] = [];
  for (const { 0: run, index } of text.matchAll(new RegExp(`${script.source}+`, 'gu'))) {
    const plain = run.normalize('NFKC').toLowerCase();
    // Of a run that is shorter when composed, its beginning is the place of all.
    const isSame = plain.length === run.length;
    for (let at = 0; at < plain.length; at++) letters.push({ letter: plain.charAt(at), at: isSame ? index + at : index });
  }
  return letters;
}

/** A way to read the letters before a place as words without a gap: the one that begins earliest, then the one of fewest words. */
interface Chain {
  readonly start: number;
  readonly length: number;
  readonly before: Chain | undefined;
  readonly word: Listed;
}
function chainsIn(letters: readonly Letter[], root: Node): JoinedWords[] {
  const chains = new Map<number, Chain>();
  const longest = new Map<number, { readonly chain: Chain; readonly end: number }>();
  for (let from = 0; from < letters.length; from++) {
    const before = chains.get(from);
    chains.delete(from);
    if (before !== undefined && before.length >= WORDS_MIN) longest.set(before.start, { chain: before, end: from });
    extend(letters, { from, before, root }, chains);
  }
  const last = chains.get(letters.length);
  if (last !== undefined && last.length >= WORDS_MIN) longest.set(last.start, { chain: last, end: letters.length });
  return [...longest.values()].map(({ chain, end }) => ({
    start: letters[chain.start]?.at ?? 0,
    end: (letters[end - 1]?.at ?? 0) + 1,
    numbers: numbersOf(chain),
  }));
}

function extend(
  letters: readonly Letter[],
  { from, before, root }: { readonly from: number; readonly before: Chain | undefined; readonly root: Node },
  chains: Map<number, Chain>,
): void {
  let node: Node | undefined = root;
  for (let to = from; to < letters.length; to++) {
    node = node.next.get(letters[to]?.letter ?? '');
    if (node === undefined) return;
    const isConnected = node.isConnector === true && before !== undefined;
    if (node.number === undefined && !isConnected) continue;
    const chain = {
      start: before?.start ?? from,
      length: (before?.length ?? 0) + (node.number === undefined ? 0 : 1),
      before,
      word: node.number,
    };
    const known = chains.get(to + 1);
    if (known === undefined || chain.start < known.start || (chain.start === known.start && chain.length < known.length)) {
      chains.set(to + 1, chain);
    }
  }
}

function numbersOf(chain: Chain): number[] {
  const numbers: number[] = [];
  for (let each: Chain | undefined = chain; each !== undefined; each = each.before) if (each.word !== undefined) numbers.push(each.word);
  return numbers.reverse();
}
