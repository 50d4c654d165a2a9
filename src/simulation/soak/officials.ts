import type { Approval } from '../../database/generated/client.ts';
import type { Role } from '../../database/generated/enums.ts';
import type { Actor, Database, Work } from '../../database/work.ts';
import { applyDecisions } from '../../http/approval-effects.ts';
import { decideApproval } from '../../identity/approval.ts';
import { userPrincipal } from '../../identity/principal.ts';
import { createUser } from '../../identity/user.ts';
import { dayToColumn, seoulDay } from '../../kernel/civil-date.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { seedPolicy } from '../../policy/book.ts';

const CONDUCTOR: Actor = { kind: 'system', part: 'soak' };

/** Orders are to be many and small: one a second, each for little of what is shown. */
const POLICY = { 'sale.order_interval_seconds': 1, 'sale.depth_participation': '0.02' } as const;

interface Official {
  readonly id: number;
  readonly actor: Actor;
}

/** The city's officials: one who proposes, and two who decide. They do what the service leaves to people. */
export class Officials {
  readonly officer: Official;
  readonly #approvers: readonly Official[];

  private constructor(officer: Official, approvers: readonly Official[]) {
    this.officer = officer;
    this.#approvers = approvers;
  }

  /** In a new database, with the policy by which the soak sells. */
  static async hire(database: Database): Promise<Officials> {
    await database.work(CONDUCTOR, seedPolicy);
    await database.work(CONDUCTOR, (work) =>
      work.tx.policyValue.createMany({
        data: Object.entries(POLICY).map(([key, value]) => ({
          key,
          value,
          validFrom: dayToColumn(seoulDay(work.at)),
          source: 'soak',
          createdAt: work.at,
        })),
      }),
    );
    const officer = await hire(database, 'officer', ['collection_officer']);
    return new Officials(officer, [await hire(database, 'approver', ['approver']), await hire(database, 'second-approver', ['approver'])]);
  }

  /** What nobody in particular does: rows that came with files, for instance. */
  byRecord<T>(database: Database, body: (work: Work) => Promise<T>): Promise<T> {
    return database.work(CONDUCTOR, body);
  }

  byOfficer<T>(database: Database, body: (work: Work) => Promise<T>): Promise<T> {
    return database.work(this.officer.actor, body);
  }

  /** What was asked for is approved by as many as it takes, and carried out with the last of them. */
  async approve(database: Database, approval: Pick<Approval, 'id'>): Promise<void> {
    for (const { id, actor } of this.#approvers) {
      const at = database.clock.now();
      const principal = await userPrincipal(database.read, { userId: id, at, secondFactorAt: at, sessionId: null });
      if (principal === undefined) throw new CheongsanError('INTERNAL', `User ${id} of the soak is not active.`);
      const { state } = await database.work(actor, async (work) => {
        const decided = await decideApproval(work, principal, { approvalId: approval.id, decision: 'approve', reason: '표본 결재' });
        await applyDecisions(work, [decided]);
        return decided;
      });
      if (state !== 'pending') return;
    }
  }
}

async function hire(database: Database, loginName: string, roles: readonly Role[]): Promise<Official> {
  const profile = { loginName, displayName: `표본 ${loginName}`, division: '징수과', roles };
  const { id } = await database.work(CONDUCTOR, (work) => createUser(work, profile));
  return { id, actor: { kind: 'user', id } };
}
