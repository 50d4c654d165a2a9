import { tendWallet } from '../src/custody/wallet/tend.ts';
import type { Services } from '../src/http/services.ts';

/** `seized_wallet:ID`: read it, send what is approved, follow what was sent. */
export async function answerWallet(services: Services, walletId: number): Promise<void> {
  await tendWallet(services, walletId);
}
