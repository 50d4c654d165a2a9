import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkDestination } from '../../src/custody/address-check.ts';
import { ADDRESS_NETWORKS } from '../../src/custody/address-networks.ts';

/** Addresses published with the standards themselves, or of well-known contracts and genesis accounts. */
const CHECKED: readonly (readonly [asset: string, network: string, address: string, secondaryAddress?: string])[] = [
  // Bitcoin: genesis block; wiki examples of P2SH; BIP-173 and BIP-350.
  ['BTC', 'BTC', '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa'],
  ['BTC', 'Bitcoin', '3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy'],
  ['BTC', 'BTC', 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'],
  ['BTC', 'BTC', 'BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4'],
  ['BTC', 'BTC', 'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0'],
  // CashAddr specification.
  ['BCH', 'BCH', 'bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a'],
  ['BCH', 'BCH', '1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu'],
  // ERC-55.
  ['ETH', 'ETH', '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'],
  ['LINK', 'ERC20', '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359'],
  ['ETH', 'Arbitrum', '0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb'],
  // Genesis account of the XRP Ledger, SEP-23, TRON's USDT contract, CIP-19.
  ['XRP', 'XRP', 'rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh', '0'],
  ['XLM', 'XLM', 'GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ', 'memo 1'],
  ['USDT', 'TRC20', 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t'],
  ['ADA', 'ADA', 'addr1vx2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzers66hrl8'],
];

const check = ([asset, network, address, secondaryAddress]: (typeof CHECKED)[number]) =>
  checkDestination({ asset, network, address, secondaryAddress });

describe('an address with a checksum', () => {
  it.each(CHECKED.map((given) => ({ given })))(
    '$given.0 over $given.1 is known',
    ({ given: [asset, network, address, secondaryAddress] }) => {
      expect(checkDestination({ asset, network, address, secondaryAddress })).toMatchObject({ check: 'checksum' });
    },
  );

  it('is refused with any one character replaced, as mistyped or as none at all', () => {
    const mistyped = fc.constantFrom(...CHECKED).chain((given) => {
      const [asset, network, address, secondaryAddress] = given;
      // The prefix says which kind it is; behind it every character counts.
      const from = address.includes(':') ? address.indexOf(':') + 2 : address.startsWith('addr1') ? 5 : 4;
      return fc
        .record({
          at: fc.integer({ min: from, max: address.length - 1 }),
          by: fc.constantFrom(...'23456789abcdefghjkmnpqrstuvwxyzACDEFGHJKLMN'),
        })
        .map(({ at, by }) => ({
          asset,
          network,
          secondaryAddress,
          address: address.slice(0, at) + by + address.slice(at + 1),
          before: address,
        }));
    });
    fc.assert(
      fc.property(mistyped, ({ before, ...given }) => {
        if (given.address.toLowerCase() === before.toLowerCase()) return;
        expect(() => checkDestination(given)).toThrow(
          expect.objectContaining({ code: expect.stringMatching(/^ADDRESS_(CHECKSUM_WRONG|INVALID)$/) }),
        );
      }),
      { numRuns: 400 },
    );
  });

  it('is refused with letters in the wrong case, and without any case only looks right', () => {
    expect(() => check(['ETH', 'ETH', '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeaEd'])).toThrow(
      expect.objectContaining({ code: 'ADDRESS_CHECKSUM_WRONG' }),
    );
    expect(check(['ETH', 'ETH', '0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed'])).toEqual({
      network: 'ETH',
      address: '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
      secondaryAddress: undefined,
      check: 'form',
    });
    expect(check(['BTC', 'BTC', 'BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4']).address).toBe('bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4');
  });

  it('at which coins are lost for certain is none', () => {
    for (const address of ['0x0000000000000000000000000000000000000000', '0x000000000000000000000000000000000000dEaD']) {
      expect(() => check(['ETH', 'ETH', address])).toThrow(expect.objectContaining({ code: 'ADDRESS_INVALID' }));
    }
  });

  it('of a witness version in the wrong encoding is refused (BIP-350)', () => {
    for (const address of [
      'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd',
      'BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL',
    ]) {
      expect(() => check(['BTC', 'BTC', address])).toThrow(expect.objectContaining({ code: 'ADDRESS_CHECKSUM_WRONG' }));
    }
  });
});

describe('the network', () => {
  it('must move the asset, and the address must be one of it', () => {
    const wrong = [
      ['BTC', 'ETH', '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'],
      ['XRP', 'BSC', '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'],
      ['ETH', 'TRX', 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t'],
      ['ETC', 'ETH', '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'],
      ['USDT', 'ETH', 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t'],
      ['USDT', 'TRX', '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'],
      ['BTC', 'BTC', 'bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a'],
      ['BTC', 'LIGHTNING', 'lnbc1'],
    ] as const;
    for (const given of wrong)
      expect(() => check(given), given.join(' ')).toThrow(expect.objectContaining({ code: 'ADDRESS_NETWORK_WRONG' }));
  });

  it('that nobody has read up leaves the address unchecked, and so does an account at the same exchange', () => {
    expect(check(['DOT', 'dot', '15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5'])).toMatchObject({ network: 'DOT', check: 'none' });
    expect(check(['BTC', 'internal', 'member-0001'])).toMatchObject({ network: 'internal', check: 'none' });
    expect(check(['SOL', 'SOL', 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v'])).toMatchObject({ check: 'form' });
  });

  it('says whether a tag or memo is needed', () => {
    const xrp = { asset: 'XRP', network: 'XRP', address: 'rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh' };
    expect(() => checkDestination(xrp)).toThrow(expect.objectContaining({ code: 'ADDRESS_TAG_REQUIRED' }));
    for (const secondaryAddress of ['-1', '1.5', '4294967296', 'memo']) {
      expect(() => checkDestination({ ...xrp, secondaryAddress })).toThrow(expect.objectContaining({ code: 'ADDRESS_TAG_INVALID' }));
    }
    expect(checkDestination({ ...xrp, secondaryAddress: '4294967295' })).toMatchObject({
      check: 'checksum',
      secondaryAddress: '4294967295',
    });
    expect(checkDestination({ ...xrp, withoutSecondary: true })).toMatchObject({ check: 'form', secondaryAddress: undefined });
    const ether = { asset: 'ETH', network: 'ETH', address: '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed', secondaryAddress: '7' };
    expect(() => checkDestination(ether)).toThrow(expect.objectContaining({ code: 'ADDRESS_TAG_INVALID' }));
  });
});

it('no refusal repeats the address', () => {
  const networks = ADDRESS_NETWORKS.map(({ code }) => code);
  fc.assert(
    fc.property(fc.constantFrom(...CHECKED), fc.constantFrom(...networks, 'dot?'), ([asset, , address], network) => {
      try {
        checkDestination({ asset, network, address: `${address}x` });
      } catch (thrown) {
        expect(JSON.stringify([String(thrown), thrown])).not.toContain(address);
      }
    }),
  );
});
