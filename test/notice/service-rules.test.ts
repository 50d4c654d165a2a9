import { describe, expect, it } from 'vitest';
import { ServiceMethod, type ServiceReceiver, ServiceResult } from '../../src/database/generated/enums.ts';
import { type CivilDate, civilDate, weekday } from '../../src/kernel/civil-date.ts';
import {
  electronicServiceFrom,
  methodBar,
  outcomeBar,
  type PastAttempt,
  proofBar,
  publicNoticeBars,
  publicNoticeEffectiveOn,
  visitsSuffice,
} from '../../src/notice/service-rules.ts';

const day = civilDate;
const isWeekday = (on: CivilDate) => weekday(on) !== 0 && weekday(on) !== 6;
const visits = { visitGapWorkingDays: 3, isWorkingDay: isWeekday };
const dispatch = {
  method: 'registered_mail',
  kind: 'sale_notice',
  recipientKind: 'delinquent',
  dispatchedOn: day('2026-03-02'),
  electronicApplicationOn: undefined,
} as const;

describe('ways of service', () => {
  it('lets paper and hand go to anyone', () => {
    for (const recipientKind of ['delinquent', 'pledgee', 'venue'] as const) {
      for (const method of ['registered_mail', 'hand'] as const) {
        expect(methodBar({ ...dispatch, method, recipientKind }, { electronicKinds: [] })).toBeUndefined();
      }
    }
  });

  it('knows no e-mail, text message or messenger', () => {
    expect(Object.values(ServiceMethod).sort()).toEqual(['electronic', 'hand', 'official_document', 'public_notice', 'registered_mail']);
  });

  it('serves electronically only listed documents, on application, from the next month', () => {
    const electronic = { ...dispatch, method: 'electronic' } as const;
    const applied = { ...electronic, electronicApplicationOn: day('2026-02-27') };
    const listed = { electronicKinds: ['sale_notice'] } as const;
    expect(methodBar(applied, { electronicKinds: [] })?.text).toContain('시행령 제15조');
    expect(methodBar(electronic, listed)?.text).toContain('제30조제7항');
    expect(methodBar({ ...applied, dispatchedOn: day('2026-02-28') }, listed)?.text).toContain('2026-03-01');
    expect(methodBar({ ...applied, dispatchedOn: day('2026-03-01') }, listed)).toBeUndefined();
    expect(methodBar({ ...applied, recipientKind: 'venue' }, listed)?.code).toBe('SERVICE_NOT_ALLOWED');
    expect(electronicServiceFrom(day('2026-01-31'))).toBe('2026-02-01');
    expect(electronicServiceFrom(day('2026-12-05'))).toBe('2027-01-01');
  });

  it('sends official documents to organisations only, and never a public notice to them', () => {
    expect(methodBar({ ...dispatch, method: 'official_document' }, { electronicKinds: [] })?.code).toBe('SERVICE_NOT_ALLOWED');
    expect(methodBar({ ...dispatch, method: 'official_document', recipientKind: 'venue' }, { electronicKinds: [] })).toBeUndefined();
    expect(methodBar({ ...dispatch, method: 'public_notice', recipientKind: 'venue' }, { electronicKinds: [] })).toBeDefined();
  });
});

describe('public notice', () => {
  const plan = { media: ['notice_board'], groundReference: undefined } as const;
  const mail = (result: ServiceResult): PastAttempt => ({ method: 'registered_mail', dispatchedOn: day('2026-03-02'), result });
  const visit = (on: string, result: ServiceResult = 'returned_absent'): PastAttempt => ({ method: 'hand', dispatchedOn: day(on), result });

  it.each([
    ['returned_unknown_address', true],
    ['returned_moved', true],
    ['returned_unknown_person', true],
    ['returned_absent', false],
    ['returned_closed', false],
    ['returned_unclaimed', false],
    ['returned_refused', false],
    ['returned_other', false],
    ['pending', false],
  ] as const)('after mail that ended %s: %s', (result, allowed) => {
    expect(publicNoticeBars({ ...plan, ground: 'mail_returned' }, [mail(result)], visits).length === 0).toBe(allowed);
  });

  it('takes no return of a visit for a return of mail', () => {
    expect(publicNoticeBars({ ...plan, ground: 'mail_returned' }, [visit('2026-03-02', 'returned_moved')], visits)).toHaveLength(1);
  });

  it.each([
    ['2020-02-19', '2020-02-25', true],
    ['2020-02-19', '2020-02-24', false],
    ['2026-03-02', '2026-03-06', true],
    ['2026-03-02', '2026-03-05', false],
    ['2026-03-02', '2026-03-02', false],
  ] as const)('visits on %s and %s suffice: %s', (first, last, suffices) => {
    expect(visitsSuffice([day(first), day(last)], visits)).toBe(suffices);
    expect(visitsSuffice([day(last), day(first)], visits)).toBe(suffices);
    const bars = publicNoticeBars({ ...plan, ground: 'visits_failed' }, [visit(first), visit(last)], visits);
    expect(bars.length === 0).toBe(suffices);
  });

  it('counts only working days between the visits', () => {
    const holiday = day('2026-03-04');
    const withHoliday = { ...visits, isWorkingDay: (on: CivilDate) => isWeekday(on) && on !== holiday };
    expect(visitsSuffice([day('2026-03-02'), day('2026-03-06')], withHoliday)).toBe(false);
    expect(visitsSuffice([day('2026-03-02'), day('2026-03-09')], withHoliday)).toBe(true);
  });

  it('counts only visits that met nobody', () => {
    const bars = publicNoticeBars(
      { ...plan, ground: 'visits_failed' },
      [visit('2026-03-02'), visit('2026-03-09', 'returned_refused')],
      visits,
    );
    expect(bars).toHaveLength(1);
  });

  it('takes an unknown address only with an inquiry on file', () => {
    for (const ground of ['address_unknown', 'abroad'] as const) {
      expect(publicNoticeBars({ ...plan, ground }, [], visits)[0]?.code).toBe('PROOF_REQUIRED');
      expect(publicNoticeBars({ ...plan, ground, groundReference: '주민등록 조회 2026-11' }, [], visits)).toEqual([]);
    }
  });

  it('is never posted on a network alone', () => {
    const onNetwork = { ...plan, ground: 'mail_returned', media: ['city_network', 'national_tax_network'] } as const;
    expect(publicNoticeBars(onNetwork, [mail('returned_moved')], visits)[0]?.text).toContain('제33조제2항');
    expect(publicNoticeBars({ ...onNetwork, media: [] }, [mail('returned_moved')], visits)).toHaveLength(1);
    expect(publicNoticeBars({ ...onNetwork, media: ['city_network', 'gazette'] }, [mail('returned_moved')], visits)).toEqual([]);
  });

  it('has effect from the start of the fifteenth day after the posting', () => {
    expect(publicNoticeEffectiveOn(day('2026-03-02'), { publicNoticeDays: 14 })).toBe('2026-03-17');
    expect(publicNoticeEffectiveOn(day('2020-02-14'), { publicNoticeDays: 14 })).toBe('2020-02-29');
  });
});

describe('who may take a letter', () => {
  const served = (method: ServiceMethod, receivedBy: ServiceReceiver | undefined, recipientKind: 'delinquent' | 'venue' = 'delinquent') =>
    outcomeBar({ method, recipientKind, result: 'served', receivedBy }) === undefined;

  it('the household and staff instead of the addressee, and the door only when an official stands at it', () => {
    for (const method of ['registered_mail', 'hand'] as const) {
      expect(served(method, 'addressee')).toBe(true);
      expect(served(method, 'co_resident')).toBe(true);
      expect(served(method, 'employee')).toBe(true);
      expect(served(method, 'institution_head')).toBe(true);
    }
    expect(served('hand', 'left_at_place')).toBe(true);
    expect(served('registered_mail', 'left_at_place')).toBe(false);
  });

  it('somebody has to be named', () => {
    for (const method of Object.values(ServiceMethod)) expect(served(method, undefined)).toBe(false);
  });

  it('an organisation takes letters at its registry, not at anybody’s home', () => {
    expect(served('official_document', 'document_office', 'venue')).toBe(true);
    expect(served('registered_mail', 'co_resident', 'venue')).toBe(false);
    expect(served('registered_mail', 'document_office', 'delinquent')).toBe(false);
  });

  it('each way has its own returns, and a return has no receiver', () => {
    const returned = (method: ServiceMethod, result: Exclude<ServiceResult, 'pending' | 'served'>) =>
      outcomeBar({ method, recipientKind: 'delinquent', result, receivedBy: undefined }) === undefined;
    for (const result of Object.values(ServiceResult)) {
      if (result === 'pending' || result === 'served') continue;
      expect(returned('registered_mail', result)).toBe(true);
      expect(returned('public_notice', result)).toBe(false);
    }
    expect(returned('hand', 'returned_absent')).toBe(true);
    expect(returned('hand', 'returned_closed')).toBe(false);
    expect(outcomeBar({ method: 'hand', recipientKind: 'delinquent', result: 'returned_absent', receivedBy: 'co_resident' })).toBeDefined();
  });
});

describe('what proves it', () => {
  it('nothing is proven by nothing', () => {
    for (const method of Object.values(ServiceMethod)) expect(proofBar(method, undefined, '1234567890123')?.code).toBe('PROOF_REQUIRED');
  });

  it('the post’s record suffices under a tracking number only, an organisation’s receipt number always, ours never', () => {
    expect(proofBar('registered_mail', 'reference', '1234567890123')).toBeUndefined();
    expect(proofBar('registered_mail', 'reference', undefined)?.code).toBe('PROOF_REQUIRED');
    expect(proofBar('official_document', 'reference', undefined)).toBeUndefined();
    for (const method of ['hand', 'public_notice', 'electronic'] as const) {
      expect(proofBar(method, 'reference', '1234567890123')?.code).toBe('PROOF_REQUIRED');
      expect(proofBar(method, 'document', undefined)).toBeUndefined();
    }
  });
});
