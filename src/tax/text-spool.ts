import { CheongsanError } from '../kernel/errors.ts';

const PIECE_BYTES = 1_048_576;
const LENGTH_BYTES = 4;

/**
 * Texts laid aside outside the JavaScript heap, each found again by the number that `add` gave. It holds a file's rows between
 * the check of all and the storing of any, at a third of what they take as objects, and never on disk, since they name people.
 */
export class TextSpool {
  readonly #pieces: Buffer[] = [];
  #used = PIECE_BYTES;

  add(text: string): number {
    const length = Buffer.byteLength(text);
    if (length + LENGTH_BYTES > PIECE_BYTES) {
      throw new CheongsanError('FILE_TOO_LARGE', `A row holds ${length} bytes, at most ${PIECE_BYTES - LENGTH_BYTES} can be read.`);
    }
    if (this.#used + length + LENGTH_BYTES > PIECE_BYTES) {
      this.#pieces.push(Buffer.allocUnsafe(PIECE_BYTES));
      this.#used = 0;
    }
    const piece = this.#pieceAt(this.#pieces.length - 1);
    const address = (this.#pieces.length - 1) * PIECE_BYTES + this.#used;
    piece.writeUInt32LE(length, this.#used);
    piece.write(text, this.#used + LENGTH_BYTES, 'utf8');
    this.#used += length + LENGTH_BYTES;
    return address;
  }

  get(address: number): string {
    const piece = this.#pieceAt(Math.floor(address / PIECE_BYTES));
    const start = address % PIECE_BYTES;
    return piece.toString('utf8', start + LENGTH_BYTES, start + LENGTH_BYTES + piece.readUInt32LE(start));
  }

  #pieceAt(index: number): Buffer {
    const piece = this.#pieces[index];
    if (piece === undefined) throw new CheongsanError('INTERNAL', `Nothing was laid aside in piece ${index}.`);
    return piece;
  }
}
