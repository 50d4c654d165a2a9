/** How a holding names the seized wallet in which its coins were found, where others name an account at an exchange. */
export function walletReference(walletId: number): string {
  return `${PREFIX}${walletId}`;
}

export function isWalletReference(accountReference: string): boolean {
  return accountReference.startsWith(PREFIX);
}

const PREFIX = 'wallet:';
