import { connect } from 'node:net';
import type { Database } from '../database/work.ts';

const TIMEOUT_MS = 2_000;

/**
 * Whether the paper exchange of a demo is gone: it has accounts, and nothing listens at any of their addresses. The one that `npm run
 * demo` starts ends with it.
 */
export async function isPaperExchangeGone({ read }: Pick<Database, 'read'>): Promise<boolean> {
  const accounts = await read.venueAccount.findMany({ where: { paper: true }, select: { baseUrl: true }, distinct: ['baseUrl'] });
  if (accounts.length === 0) return false;
  const isThere = await Promise.all(accounts.map(({ baseUrl }) => listens(new URL(baseUrl))));
  return !isThere.includes(true);
}

/** A machine refuses a connection to itself at once; only who listens and is busy lets one wait. */
function listens({ hostname, port, protocol }: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || (protocol === 'https:' ? 443 : 80)) });
    const answer = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    socket.setTimeout(TIMEOUT_MS, () => answer(true));
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}
