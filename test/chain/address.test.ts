import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressFaults, requireAddress, requireDestination } from '../../src/chain/address.ts';
import { sampleWallet } from '../support/sample-wallet.ts';

/** From the text of EIP-55. */
const EIP_55 = [
  '0x52908400098527886E0F7030069857D2E4169EE7',
  '0xde709f2102306220921060314715629080e2fb77',
  '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
  '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359',
  '0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB',
  '0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb',
];
const NONE = { ownAddresses: [], tokenContracts: [] };

describe('a destination', () => {
  it.each(EIP_55)('%s is written right, as EIP-55 says', (text) => {
    expect(addressFaults(text, NONE)).toEqual([]);
    expect(requireDestination(text, NONE)).toBe(text);
  });

  it('with one letter in the wrong case is found out', () => {
    fc.assert(
      fc.property(fc.constantFrom(...EIP_55.slice(2)), fc.nat(39), (text, position) => {
        const at = position + 2;
        const letter = text.charAt(at);
        fc.pre(/[a-f]/i.test(letter));
        const turned = letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
        expect(addressFaults(text.slice(0, at) + turned + text.slice(at + 1), NONE)).toEqual(['checksum_wrong']);
      }),
    );
  });

  const own = sampleWallet().address;
  const token = sampleWallet().address;
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed', ['checksum_missing']],
    ['0x5AAEB6053F3E94C9B9A09F33669435E7EF1BEAED', ['checksum_missing']],
    ['5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed', ['not_an_address']],
    ['0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe', ['not_an_address']],
    [' 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed', ['not_an_address']],
    ['XE7338O073KYGTWWZN0F2WZ0R8PX5ZPPZS', ['not_an_address']],
    ['', ['not_an_address']],
    ['0x0000000000000000000000000000000000000000', ['zero_address']],
    ['0x0000000000000000000000000000000000000001', ['reserved_address']],
    ['0x000000000000000000000000000000000000dEaD', ['burn_address']],
    [own, ['own_address']],
    [token, ['token_contract']],
  ];
  it.each(cases)('%s has the faults %j', (text, faults) => {
    const no = { ownAddresses: [own.toLowerCase()], tokenContracts: [token.toLowerCase()] };
    expect(addressFaults(text, no)).toEqual(faults);
    expect(() => requireDestination(text, no)).toThrow(expect.objectContaining({ code: 'ADDRESS_UNUSABLE', facts: { faults } }));
  });
});

describe('an address to look at', () => {
  it('may be in one case, and is answered with its checksum', () => {
    expect(requireAddress('0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed')).toBe('0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed');
    for (const text of ['0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed', 'nothing']) {
      expect(() => requireAddress(text)).toThrow(expect.objectContaining({ code: 'ADDRESS_UNUSABLE' }));
    }
  });
});
