/** What a key may do. Each venue has words of its own for them. */
export const SCOPES = ['view_account', 'view_orders', 'make_orders', 'view_deposits', 'view_withdrawals'] as const;
export type Scope = (typeof SCOPES)[number];

export interface ApiKey {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly accountId: string;
  readonly scopes: readonly Scope[];
  /** Keys end a year after they were issued. */
  readonly expiresAt: Date;
}

/** The keys that were given out, as every venue keeps them; how a request proves that it holds one is the face's affair. */
export class ApiKeys {
  readonly #keys = new Map<string, ApiKey>();

  add(key: ApiKey): void {
    this.#keys.set(key.accessKey, key);
  }

  find(accessKey: string): ApiKey | undefined {
    return this.#keys.get(accessKey);
  }

  /** Oldest first. */
  ofAccount(accountId: string): readonly ApiKey[] {
    return [...this.#keys.values()].filter((key) => key.accountId === accountId);
  }
}
