import type pg from 'pg';
import { pause } from '../../src/kernel/clock.ts';

/** Ends every connection of the database that waits for a lock, as a kill of the service within its transaction would. */
export async function killWaiting(client: pg.Client): Promise<void> {
  for (let look = 0; look < 1_000; look++) {
    const { rowCount } = await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND wait_event_type = 'Lock'`,
    );
    if (rowCount !== null && rowCount > 0) return;
    await pause(25);
  }
  throw new Error('Nobody came to wait for the lock.');
}
