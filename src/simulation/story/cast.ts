import { z } from 'zod';
import { CheongsanError } from '../../kernel/errors.ts';
import type { DemoUser } from '../demo-users.ts';
import type { Office, Official } from '../office.ts';
import type { Cast } from './stage.ts';

const createdUser = z.object({ userId: z.int(), linkToken: z.string() });

function official(loginName: string): Official {
  return { loginName, password: `표본시 연습용 ${[...loginName].reverse().join('')} 비밀번호`, totpSecret: undefined, token: undefined };
}

const STAFF = [
  { loginName: 'officer', displayName: '표본 주무관', division: '징수과', role: 'collection_officer' },
  { loginName: 'approver', displayName: '표본 과장', division: '징수과', role: 'approver' },
  { loginName: 'director', displayName: '표본 국장', division: '재정국', role: 'approver' },
  { loginName: 'treasurer', displayName: '표본 세입팀장', division: '세정과', role: 'treasury_officer' },
  { loginName: 'auditor', displayName: '표본 감사관', division: '감사실', role: 'auditor' },
] as const;

/** The first administrator comes by the link the service printed; everybody else by a link he hands out. */
export async function hireCast(office: Office, firstLink: string): Promise<{ cast: Cast; officerId: number; users: readonly DemoUser[] }> {
  const administrator = official('administrator');
  const profile = { loginName: administrator.loginName, displayName: '표본 관리자', division: '정보통신과' };
  await office.enrol(administrator, firstLink, profile);
  const users = [userOf(administrator, { ...profile, role: 'administrator' })];
  const people = new Map<string, { official: Official; userId: number }>();
  for (const { loginName, displayName, division, role } of STAFF) {
    const person = official(loginName);
    const { userId, linkToken } = createdUser.parse(
      await office.post('/users', { loginName, displayName, division, roles: [role] }, administrator),
    );
    await office.enrol(person, linkToken);
    users.push(userOf(person, { displayName, role }));
    people.set(loginName, { official: person, userId });
  }
  const named = (loginName: (typeof STAFF)[number]['loginName']) => {
    const found = people.get(loginName);
    if (found === undefined) throw new RangeError(`Nobody is called ${loginName}.`);
    return found;
  };
  return {
    cast: {
      administrator,
      officer: named('officer').official,
      approver: named('approver').official,
      director: named('director').official,
      treasurer: named('treasurer').official,
      auditor: named('auditor').official,
    },
    officerId: named('officer').userId,
    users,
  };
}

function userOf({ loginName, password, totpSecret }: Official, { displayName, role }: Pick<DemoUser, 'displayName' | 'role'>): DemoUser {
  if (totpSecret === undefined) throw new CheongsanError('INTERNAL', `${loginName} has not enrolled a second factor.`);
  return { loginName, displayName, role, password, totpSecret };
}
