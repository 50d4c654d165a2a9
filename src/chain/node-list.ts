import { CheongsanError } from '../kernel/errors.ts';
import { isLoopback } from '../kernel/loopback.ts';

/** A node that the city allows, under a name of its own: addresses often hold a secret key and are never shown. */
export interface AllowedNode {
  readonly name: string;
  readonly url: string;
}

const NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;

/** The only nodes that balances are read from and transactions are sent to: given by configuration, nothing else is ever asked. */
export class AllowedNodes {
  readonly #nodes: readonly AllowedNode[];

  /** Error: `CONFIG_INVALID` for a name used twice or an address that is not https (http only on this machine). */
  constructor(nodes: readonly AllowedNode[]) {
    this.#nodes = nodes.map(({ name, url }) => {
      if (!NAME.test(name)) throw new CheongsanError('CONFIG_INVALID', `A node's name is of a-z, 0-9 and -, got ${JSON.stringify(name)}.`);
      return { name, url: secureUrl(url, `of node ${name}`).href };
    });
    const names = new Set(this.#nodes.map(({ name }) => name));
    if (names.size !== nodes.length) throw new CheongsanError('CONFIG_INVALID', 'Two nodes have the same name; give each its own.');
  }

  /** The node of this name, or at this address. Error: `CHAIN_NODE_NOT_ALLOWED`. */
  node(nameOrUrl: string): AllowedNode {
    const url = URL.canParse(nameOrUrl) ? new URL(nameOrUrl).href : undefined;
    const found = this.#nodes.find((node) => node.name === nameOrUrl || node.url === url);
    if (found !== undefined) return found;
    throw new CheongsanError(
      'CHAIN_NODE_NOT_ALLOWED',
      `The node is not on the list of allowed nodes (${this.#nodes.map(({ name }) => name).join(', ') || 'the list is empty'}); choose one of these.`,
    );
  }
}

/** An address that may be talked to: https, or http on this very machine; no user or password in it. Error: `CONFIG_INVALID`. */
export function secureUrl(text: string, what: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSecure = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url));
  if (url === undefined || !isSecure || url.username !== '' || url.password !== '') {
    throw new CheongsanError(
      'CONFIG_INVALID',
      `The address ${what} must begin with https:// (http:// only on this machine) and hold no user name or password.`,
    );
  }
  return url;
}
