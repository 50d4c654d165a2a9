import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { requestApproval } from '../../src/identity/approval.ts';
import { issueLink, redeemLink } from '../../src/identity/one-time-link.ts';
import { signIn, signOut } from '../../src/identity/session.ts';
import { raiseAlert } from '../../src/intent/alert.ts';
import { createIntent } from '../../src/intent/intent.ts';
import { civilDate } from '../../src/kernel/civil-date.ts';
import type { PersonDetails } from '../../src/person/details.ts';
import { erasePerson } from '../../src/person/erase.ts';
import { findPersonsByNameBirthDateAndPhone, findPersonsByRegistrationNumber } from '../../src/person/find.ts';
import { readPerson, readPersons } from '../../src/person/read.ts';
import { registerPersons } from '../../src/person/register.ts';
import { createTestDatabase, type TestDatabase, testActor } from '../support/database.ts';
import { testKeys } from '../support/test-keys.ts';
import { createOfficial, PASSWORD } from './officials.ts';

let test: TestDatabase;

beforeAll(async () => {
  test = await createTestDatabase();
});

const digits = (length: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length }).map((list) => list.join(''));
/** Made-up people with values long enough not to appear anywhere by chance. */
const anyPerson: fc.Arbitrary<PersonDetails> = fc.record({
  kind: fc.constant('natural' as const),
  name: fc.tuple(fc.constantFrom('표본김', '표본이', '표본박'), digits(5)).map((parts) => parts.join('')),
  registrationNumber: digits(6).map((last) => `9001011${last}`),
  birthDate: fc.constant(civilDate('1990-01-01')),
  phone: digits(8).map((last) => `010${last}`),
  address: digits(6).map((number) => `청주시 표본로 ${number}`),
  email: digits(7).map((local) => `s${local}@example.org`),
});

it('no audit event names a person or an official, whatever was done with whom', async () => {
  const people = fc.sample(anyPerson, { numRuns: 40, seed: 20_260_105 });
  const officer = await createOfficial(test.database, 'officer-hong', ['collection_officer']);
  await test.database.work(officer.actor, async (work) => {
    const { ids } = await registerPersons(work, testKeys, people, { sample: true });
    await registerPersons(
      work,
      testKeys,
      people.map((person) => ({ ...person, phone: '01000000000' })),
      { sample: true },
    );
    await readPersons(work, testKeys, ids, 'notice.print');
    await findPersonsByRegistrationNumber(
      work,
      testKeys,
      people.map(({ registrationNumber }) => registrationNumber ?? ''),
      'match.decide',
    );
    await findPersonsByNameBirthDateAndPhone(
      work,
      testKeys,
      people.map(({ name, birthDate, phone }) => ({ name, birthDate: birthDate ?? civilDate('1990-01-01'), phone: phone ?? '' })),
      'match.decide',
    );
    for (const [index, id] of ids.entries()) {
      const person = await readPerson(work, testKeys, id, 'case.view');
      await raiseAlert(work, { code: `test_${index}`, severity: 'critical', subject: `person:${id}`, text: `${person.phone}`, facts: {} });
      await createIntent(work, { port: 'order', subject: `case:${id}` });
      await requestApproval(work, {
        kind: 'seizure',
        subjectType: 'case',
        subjectId: id,
        summary: '압류',
        content: { person: id },
        reason: `${person.name} 체납`,
        expiresAt: new Date(work.at.getTime() + 1_000),
      });
      if (index % 4 === 0) await erasePerson(work, id, 'retention.over');
    }
  });
  const link = await test.database.work(testActor, (work) => issueLink(work, officer.userId));
  await redeemLink(test.database, { token: link, password: PASSWORD });
  const session = await signIn(test.database, testKeys, { loginName: 'officer-hong', password: PASSWORD });
  await signOut(test.database, session.token);
  await signIn(test.database, testKeys, { loginName: 'officer-hong', password: 'wrong' }).catch((thrown: unknown) => thrown);

  const events = await test.database.read.auditEvent.findMany();
  expect(events.length).toBeGreaterThan(160);
  const written = events.map((event) => [event.payload, event.subject, event.action, event.actor, event.stream].join('\n')).join('\n');
  const secrets = people.flatMap(({ name, registrationNumber, phone, address, email }) => [
    name,
    registrationNumber,
    phone,
    address,
    email,
  ]);
  for (const secret of [...secrets, 'officer-hong', '표본 officer-hong', PASSWORD, link, session.token]) {
    expect(written.includes(secret ?? ''), 'an audit event holds personal or secret data').toBe(false);
  }
});
