import { connect, createServer, type Server, type Socket } from 'node:net';

/** What to do with a commit: let it pass, or cut the line before PostgreSQL sees it or after it has answered. */
export type CommitVerdict = 'pass' | 'cut_before' | 'cut_after';

const STARTUP_HEADER_BYTES = 8;
const COMMIT = /^COMMIT\b/i;

/**
 * Stands on the wire between the service and PostgreSQL and counts the service's commits, so that a conductor can kill the
 * service at a drawn one: the service itself knows nothing of it. Reads just enough of the frontend protocol to see queries.
 */
export class DatabaseTap {
  readonly #server: Server;
  readonly #target: { readonly host: string; readonly port: number };
  readonly #onCommit: () => CommitVerdict;
  readonly #onCut: () => void;
  readonly #sockets = new Set<Socket>();

  private constructor(target: { host: string; port: number }, onCommit: () => CommitVerdict, onCut: () => void) {
    this.#target = target;
    this.#onCommit = onCommit;
    this.#onCut = onCut;
    this.#server = createServer((client) => this.#join(client));
  }

  static async open(options: {
    readonly target: { readonly host: string; readonly port: number };
    /** Asked at every commit of the service. */
    onCommit(): CommitVerdict;
    /** Called at the cut, once the commit has or has not reached the database, before anything else passes. */
    onCut(): void;
  }): Promise<DatabaseTap> {
    const tap = new DatabaseTap(options.target, options.onCommit, options.onCut);
    await new Promise<void>((resolve, reject) => {
      tap.#server.once('error', reject);
      tap.#server.listen(0, '127.0.0.1', resolve);
    });
    return tap;
  }

  /** The same database address, through the tap. */
  through(url: string): string {
    const address = this.#server.address();
    const tapped = new URL(url);
    tapped.hostname = '127.0.0.1';
    tapped.port = typeof address === 'object' && address !== null ? String(address.port) : '';
    return tapped.toString();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  #join(client: Socket): void {
    const database = connect(this.#target.port, this.#target.host);
    const reader = new QueryReader();
    let cutAtAnswer = false;
    for (const socket of [client, database]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        client.destroy();
        database.destroy();
      });
    }
    client.on('data', (chunk: Buffer) => {
      const verdict = reader.read(chunk).some((query) => COMMIT.test(query)) ? this.#onCommit() : 'pass';
      if (verdict === 'cut_before') return this.#cut(client, database);
      if (verdict === 'cut_after') cutAtAnswer = true;
      database.write(chunk);
    });
    database.on('data', (chunk: Buffer) => {
      if (cutAtAnswer) return this.#cut(client, database);
      client.write(chunk);
    });
  }

  #cut(client: Socket, database: Socket): void {
    this.#onCut();
    client.destroy();
    database.destroy();
  }
}

/** Picks the SQL texts out of a stream of frontend messages: simple queries and prepared statements. */
class QueryReader {
  #rest: Buffer = Buffer.alloc(0);
  #started = false;

  read(chunk: Buffer): string[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const queries: string[] = [];
    while (true) {
      const headerBytes = this.#started ? 1 : 0;
      if (this.#rest.length < headerBytes + 4) return queries;
      const length = headerBytes + this.#rest.readInt32BE(headerBytes);
      if (this.#rest.length < length) return queries;
      const message = this.#rest.subarray(0, length);
      this.#rest = this.#rest.subarray(length);
      if (this.#started) queries.push(...textOf(message));
      // An SSL request is a startup message of eight bytes and leaves the session unstarted.
      else this.#started = message.length > STARTUP_HEADER_BYTES;
    }
  }
}

function textOf(message: Buffer): string[] {
  const type = String.fromCharCode(message[0] ?? 0);
  if (type === 'Q') return [message.toString('utf8', 5, message.length - 1)];
  if (type !== 'P') return [];
  const nameEnds = message.indexOf(0, 5);
  return [message.toString('utf8', nameEnds + 1, message.indexOf(0, nameEnds + 1))];
}
