/**
 * Every way in which the service says no, with the HTTP status and the Korean title an officer reads. The code is the
 * contract: scripts, tests and stored decisions rely on it. `detail` (English, with the value and what to do) is for the
 * log, the shell and the integrator; it never holds personal data.
 */
export const ERROR_CATALOGUE = {
  // input
  INPUT_INVALID: { status: 400, title: '입력값이 올바르지 않습니다' },
  FILE_TORN: { status: 400, title: '파일이 손상되었거나 끝까지 전송되지 않았습니다' },
  FILE_ENCODING: { status: 400, title: '파일의 문자 인코딩을 읽을 수 없습니다' },
  FILE_FORMAT: { status: 400, title: '파일 형식이 약속된 서식과 다릅니다' },
  FILE_TOO_LARGE: { status: 413, title: '파일이 너무 큽니다' },
  AMOUNT_NEGATIVE: { status: 400, title: '금액은 음수일 수 없습니다' },
  NOT_FOUND: { status: 404, title: '찾을 수 없습니다' },
  CONFLICT: { status: 409, title: '현재 상태에서는 처리할 수 없습니다' },
  IDEMPOTENCY_CONFLICT: { status: 409, title: '같은 요청 번호로 다른 내용이 이미 처리되었습니다' },
  // identity
  UNAUTHENTICATED: { status: 401, title: '로그인이 필요합니다' },
  SECOND_FACTOR_REQUIRED: { status: 401, title: '2차 인증이 필요합니다' },
  TOO_MANY_ATTEMPTS: { status: 429, title: '인증 실패가 많아 잠겼습니다' },
  FORBIDDEN: { status: 403, title: '이 업무를 처리할 권한이 없습니다' },
  APPROVAL_BY_MAKER: { status: 403, title: '기안자는 자신의 기안을 결재할 수 없습니다' },
  APPROVAL_NOT_PENDING: { status: 409, title: '결재 대기 중인 기안이 아닙니다' },
  APPROVAL_MISSING: { status: 409, title: '결재되지 않은 기안입니다' },
  APPROVAL_STALE: { status: 409, title: '기안 후 내용이 바뀌어 결재할 수 없습니다' },
  PERSON_ERASED: { status: 410, title: '파기된 개인정보입니다' },
  PERSON_NEEDED: { status: 409, title: '사건이나 체납액이 남아 있어 개인정보를 파기할 수 없습니다' },
  // import
  IMPORT_ROWS_REFUSED: { status: 422, title: '오류가 있는 행이 있어 저장하지 않았습니다' },
  IMPORT_FIGURES_DIFFER: { status: 409, title: '이미 등록된 고지번호의 금액이 다릅니다' },
  REPLY_UNKNOWN_REQUEST: { status: 404, title: '조회 요청이 없는 회신입니다' },
  // ledger
  LEDGER_UNBALANCED: { status: 500, title: '분개의 차변과 대변이 맞지 않습니다' },
  LEDGER_OVERDRAFT: { status: 409, title: '잔액이 부족합니다' },
  LEDGER_KEY_CONFLICT: { status: 409, title: '같은 멱등 키로 다른 분개가 이미 기록되었습니다' },
  LEDGER_REVERSED_ALREADY: { status: 409, title: '이미 취소된 분개입니다' },
  LEDGER_UNKNOWN_ACCOUNT: { status: 500, title: '계정과목표에 없는 계정입니다' },
  // seizure
  SEIZURE_DUNNING_UNSERVED: { status: 409, title: '독촉장 송달이 증명되지 않았습니다' },
  SEIZURE_DUNNING_NOT_EXPIRED: { status: 409, title: '독촉 납부기한이 지나지 않았습니다' },
  SEIZURE_BILL_BARRED: { status: 409, title: '압류할 수 없는 체납액입니다' },
  SEIZURE_NOTHING_OWED: { status: 409, title: '남은 체납액이 없습니다' },
  SEIZURE_COLLECTION_DEFERRED: { status: 409, title: '징수유예 중인 체납액입니다' },
  SEIZURE_ENFORCEMENT_DEFERRED: { status: 409, title: '체납처분유예 중인 체납액입니다' },
  SEIZURE_PRESCRIBED: { status: 409, title: '소멸시효가 완성된 체납액입니다' },
  SEIZURE_EXCESSIVE: { status: 409, title: '초과압류입니다' },
  SEIZURE_NOTHING_TO_SEIZE: { status: 409, title: '압류하여 매각할 수 있는 자산이 없습니다' },
  SEIZURE_STAYED: { status: 409, title: '압류·이전을 멈추게 하는 사유가 있습니다' },
  RELEASE_NOT_ALLOWED: { status: 409, title: '압류를 해제하여 종결할 수 없습니다' },
  MATCH_UNCONFIRMED: { status: 409, title: '본인 확인이 끝나지 않은 보유 내역입니다' },
  PHASE_WRONG: { status: 409, title: '사건 단계가 이 처리를 허용하지 않습니다' },
  // notice and sale
  NOTICE_UNSERVED: { status: 409, title: '통지 송달이 증명되지 않았습니다' },
  PROOF_REQUIRED: { status: 400, title: '송달 증빙이 필요합니다' },
  SERVICE_NOT_ALLOWED: { status: 409, title: '법이 허용하지 않는 송달입니다' },
  SERVICE_CONTRADICTED: { status: 409, title: '이미 증명된 송달과 다른 내용입니다' },
  TRADING_HALTED: { status: 409, title: '거래가 중지되어 있습니다' },
  // money
  BANK_LINE_UNMATCHED: { status: 409, title: '은행 입금 내역과 일치하는 건이 없습니다' },
  DISTRIBUTION_TOO_EARLY: { status: 409, title: '배분기일 전입니다' },
  DISTRIBUTION_OBJECTED: { status: 409, title: '배분 이의가 남아 있습니다' },
  REFUND_PAYEE_DIFFERS: { status: 409, title: '환급 계좌의 예금주가 체납자와 다릅니다' },
  PENALTY_WITHHOLDING_AGENT: { status: 422, title: '특별징수 납부지연가산세는 계산 대상이 아닙니다' },
  // policy
  POLICY_UNKNOWN: { status: 404, title: '없는 기준값입니다' },
  POLICY_INVALID: { status: 400, title: '기준값이 허용 범위를 벗어납니다' },
  // outside
  EXCHANGE_REFUSED: { status: 502, title: '거래소가 요청을 거부했습니다' },
  EXCHANGE_UNAVAILABLE: { status: 502, title: '거래소에 연결할 수 없습니다' },
  KEY_MAY_WITHDRAW: { status: 400, title: '출금 권한이 있는 거래소 키는 등록할 수 없습니다' },
  LIVE_KEY_IN_DEMO: { status: 403, title: '연습용 데이터베이스에는 실제 거래소 키를 등록할 수 없습니다' },
  ASSET_FROZEN: { status: 409, title: '동결된 자산입니다' },
  ALERT_UNDELIVERED: { status: 502, title: '알림을 전달하지 못했습니다' },
  DATABASE_UNAVAILABLE: { status: 503, title: '데이터베이스에 연결할 수 없습니다' },
  DATABASE_CONTENTION: { status: 503, title: '다른 처리와 겹쳐 완료하지 못했습니다' },
  DISK_FULL: { status: 507, title: '디스크 공간이 부족합니다' },
  MIGRATION_NEEDED: { status: 503, title: '데이터베이스 구조를 먼저 갱신해야 합니다' },
  CONFIG_INVALID: { status: 500, title: '설정값이 올바르지 않습니다' },
  KEY_UNAVAILABLE: { status: 500, title: '암호화 키를 쓸 수 없습니다' },
  DEMO_ONLY: { status: 403, title: '연습용 데이터베이스에서만 할 수 있습니다' },
  INTERNAL: { status: 500, title: '내부 오류가 발생했습니다' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;

/** A refusal or failure with a name. `facts` are machine-readable numbers and codes behind it, free of personal data. */
export class CheongsanError extends Error {
  override readonly name = 'CheongsanError';
  readonly code: ErrorCode;
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, detail: string, options: { facts?: Record<string, unknown>; cause?: unknown } = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.facts = Object.freeze({ ...options.facts });
  }

  get status(): number {
    return ERROR_CATALOGUE[this.code].status;
  }

  get title(): string {
    return ERROR_CATALOGUE[this.code].title;
  }
}

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERROR_CATALOGUE, text);
}

/** The one place where a thrown thing of unknown origin gets a name. What has none stays INTERNAL, with its cause kept. */
export function named(thrown: unknown): CheongsanError {
  if (thrown instanceof CheongsanError) return thrown;
  if (isSystemError(thrown) && thrown.code === 'ENOSPC') {
    return new CheongsanError('DISK_FULL', 'The disk is full; free space and try again.', { cause: thrown });
  }
  return new CheongsanError('INTERNAL', 'Something failed that has no name yet; the log holds the cause.', { cause: thrown });
}

function isSystemError(thrown: unknown): thrown is Error & { code: string } {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string';
}

/** States that a branch cannot be reached; the compiler proves it, this line says so if data proves the compiler wrong. */
export function unreachable(value: never, what: string): never {
  throw new CheongsanError('INTERNAL', `Unreachable ${what}: ${JSON.stringify(value)}.`);
}
