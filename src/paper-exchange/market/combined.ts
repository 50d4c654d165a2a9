import type { Bar, MarketSource } from './candles.ts';

/** Several sources as one; the first that has an asset provides it. */
export class CombinedMarket implements MarketSource {
  readonly assets: readonly string[];
  readonly #owners: ReadonlyMap<string, MarketSource>;

  constructor(sources: readonly MarketSource[]) {
    const owners = new Map<string, MarketSource>();
    for (const source of sources) {
      for (const asset of source.assets) if (!owners.has(asset)) owners.set(asset, source);
    }
    this.#owners = owners;
    this.assets = [...owners.keys()];
  }

  bar(asset: string, minute: number): Bar | undefined {
    return this.#owners.get(asset)?.bar(asset, minute);
  }
}
