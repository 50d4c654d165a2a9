import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differingFields, isPhone, normaliseName, normalisePhone, tidyDetails } from '../../src/person/details.ts';
import { samplePerson } from './sample-persons.ts';

describe('names and numbers as they are compared', () => {
  it('names do not care for blanks and composition', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('김', '철', '수', '표', '본', 'A', '-'), { minLength: 1 }), (syllables) => {
        const plain = syllables.join('');
        expect(normaliseName(`  ${syllables.join(' ')}\u3000`)).toBe(plain);
        expect(normaliseName(plain.normalize('NFD'))).toBe(plain);
      }),
    );
  });

  it.each([
    ['010-1234-5678', '01012345678'],
    ['+82 10-1234-5678', '01012345678'],
    ['+82 (0)10 1234 5678', '01012345678'],
    ['0082-43-123-4567', '0431234567'],
    ['82-10-1234', '82101234'],
  ])('telephone %s is %s', (given, compared) => {
    expect(normalisePhone(given)).toBe(compared);
  });

  it.each([
    ['016-123-4567', true],
    ['043-201-1234', true],
    ['0504-1234-56789', false],
    ['0504-1234-5678', true],
    ['1588-1234', true],
    ['12345', false],
    ['', false],
  ])('telephone %s is plausible: %s', (given, plausible) => {
    expect(isPhone(given)).toBe(plausible);
  });
});

describe('details', () => {
  it('are stored in one form', () => {
    const tidy = tidyDetails(
      samplePerson(1, { name: ' 표본 하나 '.normalize('NFD'), registrationNumber: '510302-1000001', phone: '', email: ' ', address: null }),
      0,
    );
    expect(tidy).toMatchObject({ name: '표본 하나', registrationNumber: '5103021000001', phone: null, email: null, address: null });
  });

  it('are refused by position, never by value', () => {
    expect(() => tidyDetails(samplePerson(1, { name: ' ' }), 7)).toThrow(/Person 7 of the batch has no name/);
    const wrong = () => tidyDetails(samplePerson(1, { registrationNumber: '510302-100' }), 7);
    expect(wrong).toThrow(/Person 7 of the batch: .* has 9/);
    expect(wrong).not.toThrow('510302-100');
  });

  it('differ in what a new description says otherwise, not in what it leaves out', () => {
    const kept = samplePerson(2);
    expect(differingFields(kept, samplePerson(2, { phone: '01000000000', address: null }))).toEqual(['phone']);
    expect(differingFields(kept, samplePerson(2, { name: '표본 - 000002' }))).toEqual([]);
    expect(differingFields({ ...kept, email: null }, kept)).toEqual(['email']);
  });
});
