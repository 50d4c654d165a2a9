import { Socket } from 'node:net';
import pg from 'pg';
import { pause } from '../kernel/clock.ts';
import { isCode } from './folder-lock.ts';

const LOOK_AGAIN_MS = 200;
/** A minute: a server that lost a process goes through its log of changes before it takes anybody. */
const LOOKS_MAX = 300;
/** What a server says while it is starting or recovering. One that says nothing is none. */
const NOT_YET = '57P03';

export const PRESENCE_NAME = 'cheongsan-presence';

/** A connection that does nothing but be there. It keeps no process alive. */
export class Presence {
  readonly #client: pg.Client;
  readonly #socket: Socket;
  /** Resolves when the connection ends, with the code or word the server left behind. */
  readonly ended: Promise<string>;
  /** Process id of the server's side of it. */
  readonly backendProcessId: number;

  private constructor(client: pg.Client, socket: Socket, ended: Promise<string>, backendProcessId: number) {
    this.#client = client;
    this.#socket = socket;
    this.ended = ended;
    this.backendProcessId = backendProcessId;
  }

  /** Waits until the server takes connections. Errors: the driver's, for any other reason than that it is not ready yet. */
  static async enter(url: string): Promise<Presence> {
    for (let look = 1; ; look++) {
      try {
        return await Presence.#connect(url);
      } catch (thrown) {
        if (!isCode(thrown, NOT_YET) || look === LOOKS_MAX) throw thrown;
        await pause(LOOK_AGAIN_MS);
      }
    }
  }

  static async #connect(url: string): Promise<Presence> {
    const socket = new Socket();
    const client = new pg.Client({ connectionString: url, application_name: PRESENCE_NAME, keepAlive: true, stream: () => socket });
    let words = 'connection ended';
    client.on('notice', ({ code }) => {
      words = code ?? words;
    });
    client.on('error', (error) => {
      words = 'code' in error && typeof error.code === 'string' ? error.code : words;
    });
    const ended = new Promise<string>((resolve) => {
      client.once('end', () => resolve(words));
    });
    await client.connect();
    const { rows } = await client.query<{ id: number }>('SELECT pg_backend_pid() AS id');
    socket.unref();
    return new Presence(client, socket, ended, rows[0]?.id ?? 0);
  }

  /** Ends it, if it has not ended by itself. Until then it does keep the process alive, or nobody would wait for the end. */
  async leave(): Promise<void> {
    this.#socket.ref();
    await this.#client.end();
  }
}
