import { type Duplex, pipeline, Readable } from 'node:stream';

/** What comes out of a transform fed with these pieces, pulled at the reader's pace; an error of either side is thrown here. */
export async function* through<T>(pieces: AsyncIterable<unknown>, transform: Duplex & AsyncIterable<T>): AsyncGenerator<T> {
  // The callback has nothing to do: the pipeline destroys the transform with the error, and the loop below throws it.
  pipeline(Readable.from(pieces), transform, () => {});
  try {
    for await (const piece of transform) yield piece;
  } finally {
    transform.destroy();
  }
}
