/** The coin of a market and what it is paid in; a symbol that says nothing of it is taken to be in won. */
export function pairOf(symbol: string): { readonly coin: string; readonly quote: string } {
  const upper = symbol.toUpperCase();
  const [, quoteFirst, coinSecond] = /^(KRW|USDT|BTC)-(.+)$/.exec(upper) ?? [];
  if (quoteFirst !== undefined && coinSecond !== undefined) return { coin: coinSecond, quote: quoteFirst };
  const [, coin, quote] = /^(.+?)-?(USDT|USDC|USD|KRW|BTC)$/.exec(upper) ?? [];
  return coin === undefined || quote === undefined ? { coin: upper, quote: 'KRW' } : { coin, quote };
}

/**
 * Won for one of what other markets are paid in: round figures, so that an amount in won means about the same size everywhere. No result
 * within a market depends on them.
 */
const KRW_PER_QUOTE: Readonly<Record<string, number>> = { KRW: 1, USD: 1_300, USDT: 1_300, USDC: 1_300, BTC: 50_000_000 };

export function krwPerQuote(quote: string): number {
  return KRW_PER_QUOTE[quote] ?? 1;
}
