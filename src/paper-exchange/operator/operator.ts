import type { Given, OperationName, Result } from './operations.ts';

/**
 * The exchange's back office: its staff, its customers at the website and the world outside. The same in this process and over
 * HTTP. Every method throws `INPUT_INVALID`, `NOT_FOUND` or `CONFLICT` for what the exchange does not allow.
 */
export abstract class Operator {
  protected abstract call<Name extends OperationName>(name: Name, given: Given[Name]): Promise<Result[Name]>;

  openAccount(given: Given['openAccount']): Promise<Result['openAccount']> {
    return this.call('openAccount', given);
  }

  openCorporateAccount(given: Given['openCorporateAccount']): Promise<Result['openCorporateAccount']> {
    return this.call('openCorporateAccount', given);
  }

  balances(given: Given['balances']): Promise<Result['balances']> {
    return this.call('balances', given);
  }

  depositAddresses(given: Given['depositAddresses']): Promise<Result['depositAddresses']> {
    return this.call('depositAddresses', given);
  }

  setFrozen(given: Given['setFrozen']): Promise<Result['setFrozen']> {
    return this.call('setFrozen', given);
  }

  depositFromChain(given: Given['depositFromChain']): Promise<Result['depositFromChain']> {
    return this.call('depositFromChain', given);
  }

  withdrawToChain(given: Given['withdrawToChain']): Promise<Result['withdrawToChain']> {
    return this.call('withdrawToChain', given);
  }

  depositWon(given: Given['depositWon']): Promise<Result['depositWon']> {
    return this.call('depositWon', given);
  }

  transferInternally(given: Given['transferInternally']): Promise<Result['transferInternally']> {
    return this.call('transferInternally', given);
  }

  withdrawWon(given: Given['withdrawWon']): Promise<Result['withdrawWon']> {
    return this.call('withdrawWon', given);
  }

  bankCredits(given: Given['bankCredits'] = {}): Promise<Result['bankCredits']> {
    return this.call('bankCredits', given);
  }

  placeOrder(given: Given['placeOrder']): Promise<Result['placeOrder']> {
    return this.call('placeOrder', given);
  }

  cancelOrder(given: Given['cancelOrder']): Promise<Result['cancelOrder']> {
    return this.call('cancelOrder', given);
  }

  orders(given: Given['orders'] = {}): Promise<Result['orders']> {
    return this.call('orders', given);
  }

  transfers(given: Given['transfers'] = {}): Promise<Result['transfers']> {
    return this.call('transfers', given);
  }

  answerInquiry(given: Given['answerInquiry']): Promise<Result['answerInquiry']> {
    return this.call('answerInquiry', given);
  }

  haltWallet(given: Given['haltWallet']): Promise<Result['haltWallet']> {
    return this.call('haltWallet', given);
  }

  setStaleBook(given: Given['setStaleBook']): Promise<Result['setStaleBook']> {
    return this.call('setStaleBook', given);
  }

  setMarketEvent(given: Given['setMarketEvent']): Promise<Result['setMarketEvent']> {
    return this.call('setMarketEvent', given);
  }

  setBookFault(given: Given['setBookFault']): Promise<Result['setBookFault']> {
    return this.call('setBookFault', given);
  }

  setManners(given: Given['setManners']): Promise<Result['setManners']> {
    return this.call('setManners', given);
  }

  setDelisting(given: Given['setDelisting']): Promise<Result['setDelisting']> {
    return this.call('setDelisting', given);
  }

  setWrongBalance(given: Given['setWrongBalance']): Promise<Result['setWrongBalance']> {
    return this.call('setWrongBalance', given);
  }

  setQuoteVenue(given: Given['setQuoteVenue']): Promise<Result['setQuoteVenue']> {
    return this.call('setQuoteVenue', given);
  }

  injectFault(given: Given['injectFault']): Promise<Result['injectFault']> {
    return this.call('injectFault', given);
  }

  clearFaults(): Promise<Result['clearFaults']> {
    return this.call('clearFaults', {});
  }

  faultsStruck(): Promise<Result['faultsStruck']> {
    return this.call('faultsStruck', {});
  }

  totals(): Promise<Result['totals']> {
    return this.call('totals', {});
  }

  statistics(): Promise<Result['statistics']> {
    return this.call('statistics', {});
  }
}
