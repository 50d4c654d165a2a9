import type { NoticeKind, ServiceMethod } from '../../src/database/generated/enums.ts';
import type { Database } from '../../src/database/work.ts';
import { type CivilDate, seoulDay, startOfDay, weekday } from '../../src/kernel/civil-date.ts';
import { recordDispatch } from '../../src/notice/dispatch.ts';
import { issueNotice, type NoticeRecipient } from '../../src/notice/issue.ts';
import type { NoticeContent } from '../../src/notice/notice-content.ts';
import type { ServiceProof } from '../../src/notice/proof.ts';
import { postPublicNotice } from '../../src/notice/public-notice.ts';
import { recordServiceResult, type ServiceResultInput } from '../../src/notice/service-result.ts';
import type { ServiceRules } from '../../src/notice/service-rules.ts';
import { registerPersons } from '../../src/person/register.ts';
import { type TestDatabase, testActor } from '../support/database.ts';
import { testKeys } from '../support/test-keys.ts';

/** The law's own figures; working days without holidays. */
export const testRules: ServiceRules = {
  publicNoticeDays: 14,
  visitGapWorkingDays: 3,
  electronicKinds: [],
  lateService: { withinDays: 7, graceDays: 14 },
  isWorkingDay: (day) => weekday(day) !== 0 && weekday(day) !== 6,
};

export const paper: ServiceProof = { form: 'document', mediaType: 'image/png', bytes: Buffer.from('a signed delivery certificate') };
export const postalRecord: ServiceProof = { form: 'reference', reference: '배달증명 2026-0107-113' };

/** A thirteen-digit tracking number. */
export function tracking(serial: number): string {
  return `1${String(serial).padStart(12, '0')}`;
}

export async function registerSamples(
  database: Database,
  count: number,
  address: string | null = '청주시 상당구 표본로 1',
): Promise<number[]> {
  const { ids } = await database.work(testActor, (work) =>
    registerPersons(
      work,
      testKeys,
      Array.from({ length: count }, (_, index) => ({
        kind: 'natural' as const,
        name: `표본-${String(index + 1).padStart(3, '0')}`,
        registrationNumber: null,
        birthDate: null,
        phone: null,
        address,
        email: null,
      })),
      { sample: true },
    ),
  );
  return [...ids];
}

export const letterText: NoticeContent = ({ number, isSample }) => [
  { title: '매각 통지', reference: number, isSample, blocks: [{ kind: 'paragraph', text: '체납액이 납부되지 않아 매각합니다.' }] },
];

export interface TestLetter {
  readonly recipient: NoticeRecipient;
  readonly kind?: NoticeKind;
  readonly subject?: string;
  readonly deadlineOn?: CivilDate;
  readonly content?: NoticeContent;
}

export async function issueLetter(database: Database, letter: TestLetter): Promise<number> {
  const { id } = await database.work(testActor, (work) =>
    issueNotice(work, testKeys, {
      kind: letter.kind ?? 'sale_notice',
      subject: letter.subject ?? 'case:1',
      recipient: letter.recipient,
      content: letter.content ?? letterText,
      template: 'test/1',
      ...(letter.deadlineOn === undefined ? {} : { deadlineOn: letter.deadlineOn }),
    }),
  );
  return id;
}

/** A desk in a test's mail room: letters about subjects of their own, sent and answered on the day of the test's clock. */
export class MailRoom {
  readonly #test: TestDatabase;
  readonly #personId: number;
  #subjects = 0;
  #numbers = 0;

  constructor(test: TestDatabase, personId: number) {
    this.#test = test;
    this.#personId = personId;
  }

  get today(): CivilDate {
    return seoulDay(this.#test.clock.now());
  }

  get lastSubject(): string {
    return `case:${this.#subjects}`;
  }

  advanceTo(day: CivilDate): void {
    this.#test.clock.advanceTo(startOfDay(day));
  }

  letter(input: Partial<TestLetter> = {}): Promise<number> {
    this.#subjects += 1;
    const recipient = { kind: 'delinquent', personId: this.#personId } as const;
    return issueLetter(this.#test.database, { recipient, subject: this.lastSubject, ...input });
  }

  async dispatch(noticeId: number, method: Exclude<ServiceMethod, 'public_notice'> = 'registered_mail'): Promise<string> {
    this.#numbers += 1;
    const trackingNumber = tracking(this.#numbers);
    const item = method === 'registered_mail' ? { noticeId, trackingNumber } : { noticeId };
    await this.#test.database.work(testActor, (work) =>
      recordDispatch(work, { rules: testRules, method, dispatchedOn: this.today, items: [item] }),
    );
    return trackingNumber;
  }

  result(input: Omit<ServiceResultInput, 'rules' | 'resultOn'> & { resultOn?: CivilDate }) {
    return this.#test.database.work(testActor, (work) =>
      recordServiceResult(work, testKeys, { rules: testRules, resultOn: this.today, ...input }),
    );
  }

  post(noticeId: number, extra: Partial<Parameters<typeof postPublicNotice>[2]> = {}) {
    return this.#test.database.work(testActor, (work) =>
      postPublicNotice(work, testKeys, {
        rules: testRules,
        noticeId,
        postedOn: this.today,
        ground: 'mail_returned',
        media: ['notice_board'],
        groundReference: undefined,
        proof: paper,
        ...extra,
      }),
    );
  }

  row(id: number) {
    return this.#test.database.read.notice.findUniqueOrThrow({ where: { id }, include: { attempts: { orderBy: { id: 'asc' } } } });
  }
}
