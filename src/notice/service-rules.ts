import type {
  NoticeKind,
  PublicNoticeGround,
  PublicNoticeMedium,
  RecipientKind,
  ServiceMethod,
  ServiceReceiver,
  ServiceResult,
} from '../database/generated/enums.ts';
import { addDays, type CivilDate, dayAfterMonths, dayOfMonth, earlier, later } from '../kernel/civil-date.ts';
import type { ErrorCode } from '../kernel/errors.ts';
import type { LateServiceRule } from './late-service.ts';

/** What law and city set for service, resolved for one day. */
export interface ServiceRules {
  /** Full days after the posting of a public notice before it has effect (LTBA 33(1)). */
  readonly publicNoticeDays: number;
  /** Full working days between the first and the last fruitless visit (LTBA-D 18(2)). */
  readonly visitGapWorkingDays: number;
  /** Kinds of notice that may be served electronically at all (LTBA-D 15). */
  readonly electronicKinds: readonly NoticeKind[];
  readonly lateService: LateServiceRule;
  readonly isWorkingDay: (day: CivilDate) => boolean;
}

/** Why an act of service is not allowed. */
export interface ServiceBar {
  readonly code: Extract<ErrorCode, 'SERVICE_NOT_ALLOWED' | 'PROOF_REQUIRED'>;
  /** Korean, with the article. */
  readonly text: string;
}

export type Returned = Exclude<ServiceResult, 'pending' | 'served'>;
export type AttemptOutcome = Exclude<ServiceResult, 'pending'>;

/** An earlier attempt as far as it decides what may follow. */
export interface PastAttempt {
  readonly method: ServiceMethod;
  readonly dispatchedOn: CivilDate;
  readonly result: ServiceResult;
}

function notAllowed(text: string): ServiceBar {
  return { code: 'SERVICE_NOT_ALLOWED', text };
}

export interface DispatchPlan {
  readonly method: ServiceMethod;
  readonly kind: NoticeKind;
  readonly recipientKind: RecipientKind;
  readonly dispatchedOn: CivilDate;
  /** Day on which the recipient applied for electronic service; undefined without an application. */
  readonly electronicApplicationOn: CivilDate | undefined;
}

/**
 * Whether a letter may go this way at all. E-mail, text messages and messengers are no ways of service, so they are no
 * `ServiceMethod`: what they deliver is a courtesy (LTBA 30(1), LTBA-D 15).
 */
export function methodBar(plan: DispatchPlan, rules: Pick<ServiceRules, 'electronicKinds'>): ServiceBar | undefined {
  const isVenue = plan.recipientKind === 'venue';
  switch (plan.method) {
    case 'registered_mail':
    case 'hand':
      return undefined;
    case 'official_document':
      return isVenue ? undefined : notAllowed('공문(문서유통)은 기관에만 보낼 수 있음(지방세기본법 제30조제1항).');
    case 'public_notice':
      return isVenue
        ? notAllowed('가상자산사업자에게는 공시송달하지 않음: 제3채무자에게 직접 송달해야 함(지방세징수법 제61조).')
        : undefined;
    case 'electronic':
      return isVenue ? notAllowed('전자송달은 납세자의 신청으로만 함(지방세기본법 제30조제7항).') : electronicBar(plan, rules);
  }
}

/** Electronic service needs a listed document and an application made before this month (LTBA 30(7), LTBA-D 14(2), 15). */
function electronicBar(plan: DispatchPlan, { electronicKinds }: Pick<ServiceRules, 'electronicKinds'>): ServiceBar | undefined {
  if (!electronicKinds.includes(plan.kind)) {
    return notAllowed('전자송달을 할 수 있는 서류가 아님(지방세기본법 시행령 제15조).');
  }
  if (plan.electronicApplicationOn === undefined) {
    return notAllowed('송달받을 자의 전자송달 신청이 없음(지방세기본법 제30조제7항).');
  }
  const startsOn = electronicServiceFrom(plan.electronicApplicationOn);
  if (plan.dispatchedOn >= startsOn) return undefined;
  return notAllowed(`전자송달은 신청한 달의 다음 달(${startsOn})부터 할 수 있음(지방세기본법 시행령 제14조제2항).`);
}

/** The first day of the month after the application (LTBA-D 14(2)). */
export function electronicServiceFrom(applicationOn: CivilDate): CivilDate {
  return dayAfterMonths(addDays(applicationOn, 1 - dayOfMonth(applicationOn)), 1);
}

export interface PublicNoticePlan {
  readonly ground: PublicNoticeGround;
  readonly media: readonly PublicNoticeMedium[];
  /** What shows that the address is unknown or abroad: number of the inquiry in the residents' or companies' register. */
  readonly groundReference: string | undefined;
}

/** Every reason why a letter may not be served by public notice now (LTBA 33, LTBA-D 17, 18). */
export function publicNoticeBars(
  plan: PublicNoticePlan,
  attempts: readonly PastAttempt[],
  rules: Pick<ServiceRules, 'visitGapWorkingDays' | 'isWorkingDay'>,
): ServiceBar[] {
  return [mediaBar(plan.media), groundBar(plan, attempts, rules)].filter((bar) => bar !== undefined);
}

const NETWORKS: readonly PublicNoticeMedium[] = ['national_tax_network', 'city_network'];

/** A network alone does not suffice (LTBA 33(2)). */
function mediaBar(media: readonly PublicNoticeMedium[]): ServiceBar | undefined {
  if (media.some((medium) => !NETWORKS.includes(medium))) return undefined;
  return notAllowed('정보통신망 공시송달은 게시판·관보·공보·일간신문 중 하나와 함께 해야 함(지방세기본법 제33조제2항).');
}

/** Returns that show that nobody is to be found there; absence or a closed door shows only that he was not met. */
const UNTRACEABLE: readonly ServiceResult[] = ['returned_unknown_address', 'returned_moved', 'returned_unknown_person'];

function groundBar(
  { ground, groundReference }: PublicNoticePlan,
  attempts: readonly PastAttempt[],
  rules: Pick<ServiceRules, 'visitGapWorkingDays' | 'isWorkingDay'>,
): ServiceBar | undefined {
  switch (ground) {
    case 'abroad':
    case 'address_unknown':
      if (groundReference !== undefined) return undefined;
      return {
        code: 'PROOF_REQUIRED',
        text: '주민등록표·법인 등기사항증명서 등으로 주소를 확인한 자료가 필요함(지방세기본법 제33조제1항제1호·제2호, 시행령 제17조).',
      };
    case 'mail_returned':
      if (attempts.some(({ method, result }) => method === 'registered_mail' && UNTRACEABLE.includes(result))) return undefined;
      return notAllowed(
        '주소불명·이사불명·수취인불명으로 반송된 우편이 없음. 부재·폐문부재 반송은 사유가 아님(지방세기본법 시행령 제18조제1호).',
      );
    case 'visits_failed':
      if (visitsSuffice(fruitlessVisits(attempts), rules)) return undefined;
      return notAllowed(
        `부재를 확인한 방문이 두 번 이상이고 첫 방문과 마지막 방문 사이에 근무일이 ${rules.visitGapWorkingDays}일 이상이어야 함(지방세기본법 시행령 제18조제2호).`,
      );
  }
}

function fruitlessVisits(attempts: readonly PastAttempt[]): CivilDate[] {
  return attempts.filter(({ method, result }) => method === 'hand' && result === 'returned_absent').map(({ dispatchedOn }) => dispatchedOn);
}

/** Two visits or more, with enough full working days between the first and the last (LTBA-D 18(2)). */
export function visitsSuffice(
  visitDays: readonly CivilDate[],
  { visitGapWorkingDays, isWorkingDay }: Pick<ServiceRules, 'visitGapWorkingDays' | 'isWorkingDay'>,
): boolean {
  const [first, ...rest] = visitDays;
  if (first === undefined || rest.length === 0) return false;
  const lastDay = rest.reduce(later, first);
  let workingDays = 0;
  for (let day = addDays(rest.reduce(earlier, first), 1); day < lastDay; day = addDays(day, 1)) {
    if (isWorkingDay(day)) workingDays += 1;
  }
  return workingDays >= visitGapWorkingDays;
}

/** Day from whose first instant a public notice counts as service: the stated days after the posting have passed (LTBA 33(1)). */
export function publicNoticeEffectiveOn(postedOn: CivilDate, { publicNoticeDays }: Pick<ServiceRules, 'publicNoticeDays'>): CivilDate {
  return addDays(postedOn, publicNoticeDays + 1);
}

const RECEIVERS: Readonly<Record<ServiceMethod, readonly ServiceReceiver[]>> = {
  registered_mail: ['addressee', 'employee', 'co_resident', 'institution_head'],
  hand: ['addressee', 'employee', 'co_resident', 'left_at_place', 'institution_head'],
  electronic: ['electronic_box'],
  official_document: ['document_office'],
  public_notice: ['public'],
};
const VENUE_RECEIVERS: readonly ServiceReceiver[] = ['addressee', 'employee', 'document_office'];

const RETURNS: Readonly<Record<ServiceMethod, readonly Returned[]>> = {
  registered_mail: [
    'returned_unknown_address',
    'returned_moved',
    'returned_unknown_person',
    'returned_absent',
    'returned_closed',
    'returned_unclaimed',
    'returned_refused',
    'returned_other',
  ],
  hand: ['returned_unknown_address', 'returned_moved', 'returned_unknown_person', 'returned_absent', 'returned_refused', 'returned_other'],
  electronic: ['returned_other'],
  official_document: ['returned_refused', 'returned_other'],
  public_notice: [],
};

export interface OutcomeClaim {
  readonly method: ServiceMethod;
  readonly recipientKind: RecipientKind;
  readonly result: AttemptOutcome;
  readonly receivedBy: ServiceReceiver | undefined;
}

/**
 * Whether an attempt can have ended so. A grown-up of the household or staff may take the letter (substitute service); it may be
 * left where they or the addressee refuse it without good reason, which only an official at the door can do (LTBA 30(3)). An
 * inmate is served through the head of the institution (LTBA 28(5)).
 */
export function outcomeBar({ method, recipientKind, result, receivedBy }: OutcomeClaim): ServiceBar | undefined {
  if (result !== 'served') {
    if (receivedBy !== undefined) return notAllowed('반송된 우편물에는 수령인이 있을 수 없음.');
    return RETURNS[method].includes(result) ? undefined : notAllowed('이 송달 방법에서 나올 수 없는 결과임.');
  }
  if (receivedBy === undefined) return notAllowed('누가 받았는지 적어야 함(지방세기본법 제30조제5항, 시행령 제13조제3호).');
  const receivers = recipientKind === 'venue' ? VENUE_RECEIVERS : RECEIVERS[method];
  if (receivers.includes(receivedBy)) return undefined;
  return notAllowed(
    receivedBy === 'left_at_place'
      ? '유치송달은 교부송달에서 수령을 거부한 때에만 할 수 있음(지방세기본법 제30조제3항).'
      : '이 송달 방법으로는 그 사람에게 송달할 수 없음(지방세기본법 제28조·제30조).',
  );
}

/** What kind of evidence is offered: bytes on file, or a number under which somebody else keeps the record. */
export type ProofForm = 'document' | 'reference';

/**
 * What proves an outcome. The post's delivery record under the tracking number proves its own deliveries and returns; an
 * organisation's receipt number proves an official document. Whatever our own people did or posted needs the paper itself: the
 * delivery certificate of LTBA 30(5), the visit report, the posting (LTBA 33(2)).
 */
export function proofBar(method: ServiceMethod, proof: ProofForm | undefined, trackingNumber: string | undefined): ServiceBar | undefined {
  if (proof === 'document') return undefined;
  if (proof === 'reference' && method === 'registered_mail' && trackingNumber !== undefined) return undefined;
  if (proof === 'reference' && method === 'official_document') return undefined;
  return { code: 'PROOF_REQUIRED', text: PROOF_WANTED[method] };
}

const PROOF_WANTED: Readonly<Record<ServiceMethod, string>> = {
  registered_mail: '우체국의 배달·반송 기록 번호(등기번호가 있는 경우) 또는 배달증명서·반송봉투 사본이 필요함.',
  hand: '수령인이 서명한 송달서 또는 방문 보고서 사본이 필요함(지방세기본법 제30조제5항, 시행령 제13조).',
  electronic: '전자사서함에 저장된 기록이 필요함(지방세기본법 제32조).',
  official_document: '상대 기관의 접수번호 또는 접수증이 필요함.',
  public_notice: '게시·게재한 사실을 보여 주는 자료가 필요함(지방세기본법 제33조제2항).',
};
