/**
 * Every way in which the service says no, with the HTTP status and the Korean title an officer reads; what he can do about it is
 * in `ERROR_ACTIONS` below. The code is the contract: scripts, tests and stored decisions rely on it. `detail` (English, with the
 * value and what to do) is for the log, the shell and the integrator; it never holds personal data.
 */
export const ERROR_CATALOGUE = {
  // input
  INPUT_INVALID: { status: 400, title: '입력값이 올바르지 않습니다' },
  FILE_TORN: { status: 400, title: '파일이 손상되었거나 끝까지 전송되지 않았습니다' },
  FILE_ENCODING: { status: 400, title: '파일의 문자 인코딩을 읽을 수 없습니다' },
  FILE_FORMAT: { status: 400, title: '파일 형식이 약속된 서식과 다릅니다' },
  FILE_TOO_LARGE: { status: 413, title: '파일이 너무 큽니다' },
  AMOUNT_NEGATIVE: { status: 400, title: '금액은 음수일 수 없습니다' },
  ASSET_DIFFERS: { status: 400, title: '단위가 다른 수량입니다(다른 가상자산, 또는 원화)' },
  NOT_FOUND: { status: 404, title: '찾을 수 없습니다' },
  CONFLICT: { status: 409, title: '현재 상태에서는 처리할 수 없습니다' },
  IDEMPOTENCY_CONFLICT: { status: 409, title: '같은 요청 번호로 다른 내용이 이미 처리되었습니다' },
  // identity
  UNAUTHENTICATED: { status: 401, title: '로그인이 필요합니다' },
  SIGN_IN_REFUSED: { status: 401, title: '이름·비밀번호·인증번호가 맞지 않습니다' },
  PASSWORD_WEAK: { status: 400, title: '쓸 수 없는 비밀번호입니다' },
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
  CLOSING_NOT_POSSIBLE: { status: 409, title: '이 달은 아직 마감할 수 없습니다' },
  RELEASE_NOT_ALLOWED: { status: 409, title: '압류를 해제하여 종결할 수 없습니다' },
  MATCH_UNCONFIRMED: { status: 409, title: '본인 확인이 끝나지 않은 보유 내역입니다' },
  PHASE_WRONG: { status: 409, title: '사건 단계가 이 처리를 허용하지 않습니다' },
  // notice and sale
  NOTICE_UNSERVED: { status: 409, title: '통지 송달이 증명되지 않았습니다' },
  PROOF_REQUIRED: { status: 400, title: '송달 증빙이 필요합니다' },
  SERVICE_NOT_ALLOWED: { status: 409, title: '법이 허용하지 않는 송달입니다' },
  SERVICE_CONTRADICTED: { status: 409, title: '이미 증명된 송달과 다른 내용입니다' },
  WISH_FAR_FROM_MARKET: { status: 409, title: '희망 가격이 시장가격과 크게 다릅니다' },
  TRADING_HALTED: { status: 409, title: '거래가 중지되어 있습니다' },
  PLAN_WITHOUT_FORECAST: { status: 409, title: '시세 예측 없이 세운 매각 계획이어서 견줄 대안이 없습니다' },
  // money
  BANK_LINE_UNMATCHED: { status: 409, title: '은행 입금 내역과 일치하는 건이 없습니다' },
  DISTRIBUTION_TOO_EARLY: { status: 409, title: '배분기일 전입니다' },
  DISTRIBUTION_OBJECTED: { status: 409, title: '배분 이의가 남아 있습니다' },
  REFUND_PAYEE_DIFFERS: { status: 409, title: '환급 계좌의 예금주가 체납자와 다릅니다' },
  WITHDRAWAL_NOT_COVERED: { status: 409, title: '나간 금액이 출금하기로 한 사건들의 원화보다 많습니다' },
  PENALTY_WITHHOLDING_AGENT: { status: 422, title: '특별징수 납부지연가산세는 계산 대상이 아닙니다' },
  // policy
  POLICY_UNKNOWN: { status: 404, title: '없는 기준값입니다' },
  POLICY_INVALID: { status: 400, title: '기준값이 허용 범위를 벗어납니다' },
  // outside
  EXCHANGE_REFUSED: { status: 502, title: '거래소가 요청을 거부했습니다' },
  EXCHANGE_UNAVAILABLE: { status: 502, title: '거래소에 연결할 수 없습니다' },
  CHAIN_REFUSED: { status: 502, title: '블록체인 노드가 요청을 거부했습니다' },
  CHAIN_UNAVAILABLE: { status: 502, title: '블록체인 노드에 연결할 수 없습니다' },
  CHAIN_MISMATCH: { status: 409, title: '연결된 블록체인이 설정과 다릅니다' },
  CHAIN_NODE_NOT_ALLOWED: { status: 403, title: '허용 목록에 없는 블록체인 노드입니다' },
  ADDRESS_UNUSABLE: { status: 400, title: '쓸 수 없는 지갑 주소입니다' },
  TOKEN_UNUSABLE: { status: 409, title: '토큰 계약을 확인할 수 없습니다' },
  SIGNING_REFUSED: { status: 403, title: '승인된 내용과 달라 서명을 쓰지 않았습니다' },
  SIGNER_UNAVAILABLE: { status: 502, title: '서명 수단을 쓸 수 없습니다' },
  SECRET_FOUND: { status: 422, title: '지갑의 복구 문구나 개인키가 들어 있어 받지 않았습니다' },
  KEY_MAY_WITHDRAW: { status: 400, title: '출금 권한이 있는 거래소 키는 등록할 수 없습니다' },
  LIVE_KEY_IN_DEMO: { status: 403, title: '연습용 데이터베이스에는 실제 거래소 키를 등록할 수 없습니다' },
  FREEZE_UNEXPLAINED: { status: 409, title: '원인불명 차이가 남아 있어 동결을 풀 수 없습니다' },
  VENUE_TROUBLE_UNUSABLE: { status: 400, title: '이대로는 등록할 수 없는 거래소 장애입니다' },
  ASSET_FROZEN: { status: 409, title: '동결된 자산입니다' },
  RECONCILIATION_DUE: { status: 409, title: '거래소와 대조하지 않았거나 장부와 달라 움직일 수 없습니다' },
  ADDRESS_INVALID: { status: 400, title: '그 네트워크의 주소 형식이 아닙니다' },
  ADDRESS_CHECKSUM_WRONG: { status: 400, title: '주소의 검사합이 맞지 않습니다' },
  ADDRESS_NETWORK_WRONG: { status: 400, title: '가상자산이나 주소가 그 네트워크의 것이 아닙니다' },
  ADDRESS_TAG_REQUIRED: { status: 400, title: '보조 주소(태그·메모)가 있어야 합니다' },
  ADDRESS_TAG_INVALID: { status: 400, title: '보조 주소(태그·메모)가 맞지 않습니다' },
  ADDRESS_NOT_LISTED: { status: 409, title: '허용된 출금 주소가 아닙니다' },
  ADDRESS_ASSET_DIFFERS: { status: 409, title: '다른 가상자산이나 다른 계정의 출금 주소입니다' },
  ADDRESS_OWNER_DIFFERS: { status: 409, title: '돌려받을 사람의 주소가 아닙니다' },
  ADDRESS_UNCONFIRMED: { status: 409, title: '다른 사람이 다시 확인하지 않은 주소입니다' },
  ADDRESS_CONFIRMATION_DIFFERS: { status: 409, title: '다시 입력한 주소가 등록한 주소와 다릅니다' },
  ADDRESS_COOLING: { status: 409, title: '등록 후 대기 시간이 지나지 않은 주소입니다' },
  ADDRESS_REVOKED: { status: 409, title: '허용이 취소된 주소입니다' },
  TRANSFER_UNSCREENED: { status: 409, title: '위험 주소 조회를 하지 않은 이전입니다' },
  TRANSFER_LIMIT_REACHED: { status: 409, title: '하루 이전 한도를 넘습니다' },
  TRANSFER_WORTH_UNKNOWN: { status: 409, title: '평가 가격이 없어 하루 한도를 셈할 수 없습니다' },
  TRANSFER_MAY_HAVE_LEFT: { status: 409, title: '이미 나갔을 수 있는 이전입니다' },
  DEPOSIT_ADDRESS_WITHHELD: { status: 409, title: '확인되지 않아 알려 줄 수 없는 입금 주소입니다' },
  DEPOSIT_ADDRESS_DIFFERS: { status: 409, title: '입력한 입금 주소가 거래소가 알려 준 주소와 다릅니다' },
  TEST_TRANSFER_UNPROVEN: { status: 409, title: '시험 이전이 확인되지 않은 경로입니다' },
  ALERT_UNDELIVERED: { status: 502, title: '알림을 전달하지 못했습니다' },
  DATABASE_UNAVAILABLE: { status: 503, title: '데이터베이스에 연결할 수 없습니다' },
  DATABASE_CONTENTION: { status: 503, title: '다른 처리와 겹쳐 완료하지 못했습니다' },
  DISK_FULL: { status: 507, title: '디스크 공간이 부족합니다' },
  MIGRATION_NEEDED: { status: 503, title: '데이터베이스 구조를 먼저 갱신해야 합니다' },
  CONFIG_INVALID: { status: 500, title: '설정값이 올바르지 않습니다' },
  KEY_UNAVAILABLE: { status: 500, title: '암호화 키를 쓸 수 없습니다' },
  TRAINING_FLAG_MISSING: { status: 400, title: '실제 설치에는 모의 계정을 교육용으로만 등록할 수 있습니다' },
  EXCHANGE_ACCOUNT_TWICE: { status: 409, title: '이미 등록된 거래소 계정입니다' },
  KEY_OF_ANOTHER_ACCOUNT: { status: 409, title: '다른 거래소 계정의 키입니다' },
  EXCHANGE_KEY_EXPIRED: { status: 400, title: '유효기간이 지난 거래소 키입니다' },
  EXCHANGE_KEY_REFUSED: { status: 400, title: '거래소가 이 키를 받아들이지 않았습니다' },
  EXCHANGE_KEY_UNPROVEN: { status: 502, title: '거래소에 물어보지 못하여 키를 확인하지 못했습니다' },
  DEMO_ONLY: { status: 403, title: '연습용 데이터베이스에서만 할 수 있습니다' },
  INTERNAL: { status: 500, title: '내부 오류가 발생했습니다' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;

/** What whoever is refused can do about it: one Korean sentence or two for each code, since the detail is for engineers. */
export const ERROR_ACTIONS = {
  INPUT_INVALID: '안내된 항목을 고쳐 다시 시도하십시오.',
  FILE_TORN: '보낸 곳에서 파일을 다시 받아 처음부터 끝까지 온전한 것으로 다시 시도하십시오.',
  FILE_ENCODING: '원래 프로그램에서 UTF-8 또는 CP949로 다시 저장하여 보내십시오.',
  FILE_FORMAT: '첫 행의 열 이름과 내용이 docs/formats.md의 서식과 같은지, 자료 행이 있는지 확인하여 다시 보내십시오.',
  FILE_TOO_LARGE: '파일을 나누어 보내십시오. 한도는 docs/formats.md에 있습니다.',
  AMOUNT_NEGATIVE: '금액과 수량을 0 이상으로 고쳐 다시 보내십시오.',
  ASSET_DIFFERS: '어느 가상자산의 수량인지, 원화가 아닌지 확인하여 맞는 것으로 다시 보내십시오.',
  NOT_FOUND: '번호나 이름, 파일의 위치가 맞는지 확인하십시오.',
  CONFLICT: '지금 상태를 다시 조회하여 까닭을 확인한 뒤, 필요하면 다시 시도하십시오.',
  IDEMPOTENCY_CONFLICT: '새 요청이면 새 요청 번호(Idempotency-Key)를 정하여 보내십시오.',
  UNAUTHENTICATED:
    '로그인하거나 쓸 수 있는 토큰을 함께 보내십시오. 명령줄에서는 --as 로그인이름을 붙이거나 CHEONGSAN_TOKEN에 토큰을 넣으십시오.',
  SIGN_IN_REFUSED:
    '이름, 비밀번호, 인증번호를 모두 다시 확인하여 로그인하십시오. 인증번호는 등록한 뒤부터 필요하고 한 번만 쓸 수 있으니, 다음 번호를 기다려 쓰십시오.',
  PASSWORD_WEAK:
    '12자에서 128자까지, 서로 다른 글자 5자 이상으로 정하십시오. 로그인 이름을 넣거나 123456처럼 흔한 말로 시작할 수 없습니다.',
  SECOND_FACTOR_REQUIRED: '2차 인증을 등록한 뒤 인증번호로 다시 로그인하십시오.',
  TOO_MANY_ATTEMPTS: '잠시 기다렸다가 다시 로그인하십시오. 본인이 아닌 시도라면 관리자에게 알리십시오.',
  FORBIDDEN: '권한이 있는 담당자에게 맡기거나 관리자에게 권한을 확인하십시오.',
  APPROVAL_BY_MAKER: '다른 결재권자에게 결재를 요청하십시오.',
  APPROVAL_NOT_PENDING: '결재 목록에서 이 기안이 이미 처리되었는지 확인하십시오.',
  APPROVAL_MISSING: '먼저 결재를 받으십시오.',
  APPROVAL_STALE: '바뀐 내용을 확인하여 다시 기안하십시오.',
  PERSON_ERASED: '되돌릴 수 없습니다. 번호와 합계로만 조회하십시오.',
  PERSON_NEEDED: '사건과 체납액이 모두 정리된 뒤에 다시 파기를 요청하십시오.',
  IMPORT_ROWS_REFUSED: '안내된 행을 고쳐 다시 보내거나, 맞는 행만 저장하도록 지정하여 보내십시오.',
  IMPORT_FIGURES_DIFFER: '달라진 금액은 체납액 변동 자료로 보내고, 다른 자료이면 번호가 맞는지 보낸 곳에 확인하십시오.',
  REPLY_UNKNOWN_REQUEST: '회신의 요청번호가 보낸 조회의 번호와 같은지 거래소에 확인하십시오.',
  LEDGER_UNBALANCED: '기록하지 않았습니다. 관리자에게 오류 내용을 전하십시오.',
  LEDGER_OVERDRAFT: '잔액과 진행 중인 처리를 확인하여 금액이나 수량을 고치십시오.',
  LEDGER_KEY_CONFLICT: '이미 기록된 분개를 확인하고 관리자에게 알리십시오. 같은 처리를 되풀이하지 마십시오.',
  LEDGER_REVERSED_ALREADY: '취소 분개가 있는지 장부에서 확인하십시오. 다시 취소할 것은 없습니다.',
  LEDGER_UNKNOWN_ACCOUNT: '기록하지 않았습니다. 관리자에게 오류 내용을 전하십시오.',
  SEIZURE_DUNNING_UNSERVED: '독촉장 송달일을 체납 자료로 가져온 뒤 다시 시도하십시오.',
  SEIZURE_DUNNING_NOT_EXPIRED: '독촉 납부기한이 지난 뒤에 다시 시도하십시오.',
  SEIZURE_BILL_BARRED: '이 고지를 빼고 다시 기안하거나, 막는 사유를 체납 건에서 확인하십시오.',
  SEIZURE_NOTHING_OWED: '납부 내역을 확인하십시오. 압류할 것이 없으면 사건을 해제하십시오.',
  SEIZURE_COLLECTION_DEFERRED: '유예가 끝난 뒤에 다시 시도하십시오.',
  SEIZURE_ENFORCEMENT_DEFERRED: '유예가 끝난 뒤에 다시 시도하십시오.',
  SEIZURE_PRESCRIBED: '이 고지를 빼고, 시효완성정리를 검토하십시오.',
  SEIZURE_EXCESSIVE: '압류할 자산이나 수량을 체납액에 맞게 줄여 다시 기안하십시오.',
  SEIZURE_NOTHING_TO_SEIZE: '보유 내역 회신을 확인하거나 다른 거래소에 조회하십시오.',
  SEIZURE_STAYED: '사건의 중지 사유가 풀렸는지 확인하고, 풀렸으면 해제를 기록한 뒤 다시 시도하십시오.',
  CLOSING_NOT_POSSIBLE: '마감을 막는 까닭을 하나씩 처리한 뒤 다시 올리십시오.',
  RELEASE_NOT_ALLOWED: '남은 체납액, 보관 중인 자산, 진행 중인 처리를 먼저 정리하십시오.',
  MATCH_UNCONFIRMED: '거래소에 본인 확인을 요청하고 결과를 결정으로 기록하십시오.',
  PHASE_WRONG: '사건의 지금 단계와 다음 할 일을 확인하여 그 순서대로 처리하십시오.',
  NOTICE_UNSERVED: '송달 결과와 증빙을 기록한 뒤 다시 시도하십시오.',
  PROOF_REQUIRED: '증빙 번호나 증빙 문서를 함께 보내십시오.',
  SERVICE_NOT_ALLOWED: '법이 정한 다른 송달 방법을 고르거나, 그 방법의 요건을 먼저 갖추십시오.',
  SERVICE_CONTRADICTED: '먼저 기록된 송달 증빙과 대조하여 어느 쪽이 맞는지 확인하십시오.',
  WISH_FAR_FROM_MARKET: '서면에 적힌 가격과 자릿수를 대조하고, 맞으면 확인하였다고 표시하여 다시 보내십시오.',
  TRADING_HALTED: '중지 사유를 확인하고, 거래소와 대조한 뒤 거래 재개 결재를 받으십시오.',
  PLAN_WITHOUT_FORECAST:
    '바로 또는 하루에 고르게 팔기로 한 계획입니다. 시세 기록이 쌓여 예측으로 세운 계획이 있으면 그 계획의 대안을 조회하십시오.',
  BANK_LINE_UNMATCHED: '적요의 번호와 금액을 장부와 맞추어 보고, 미확인 입금으로 받으려면 그렇게 지정하여 보내십시오.',
  DISTRIBUTION_TOO_EARLY: '배분기일이 된 뒤에 다시 시도하십시오.',
  DISTRIBUTION_OBJECTED: '이의를 결정하거나 취하를 기록한 뒤 다시 시도하십시오.',
  REFUND_PAYEE_DIFFERS: '체납자 본인 명의의 계좌를 받아 다시 기안하십시오.',
  WITHDRAWAL_NOT_COVERED: '나간 돈을 거래소 계정으로 되돌려 놓아 회수로 확정한 뒤, 지시한 출금을 그만두고 다시 기안하십시오.',
  PENALTY_WITHHOLDING_AGENT: '지방세 전산망에 있는 공식 금액을 쓰십시오.',
  POLICY_UNKNOWN: '기준값의 이름과 날짜를 확인하고, 없는 날짜이면 기준값 변경을 기안하십시오.',
  POLICY_INVALID: '기준값 설명에 적힌 범위와 형식에 맞게 고쳐 다시 기안하십시오.',
  EXCHANGE_REFUSED: '거래소의 거부 사유를 확인하고, 계정 상태와 주소 등록을 거래소에서 점검하십시오.',
  EXCHANGE_UNAVAILABLE: '저절로 다시 시도합니다. 오래 이어지면 거래소 공지와 네트워크를 확인하십시오.',
  CHAIN_REFUSED: '노드가 밝힌 까닭을 확인하고, 지갑의 잔액과 거래 순번을 다시 조회한 뒤 다시 시도하십시오.',
  CHAIN_UNAVAILABLE: '노드와 네트워크의 상태를 확인한 뒤 다시 조회하십시오. 보낸 거래는 결과를 조회하기 전에는 다시 만들지 마십시오.',
  CHAIN_MISMATCH: '노드 주소와 체인 번호를 설정에서 맞추십시오.',
  CHAIN_NODE_NOT_ALLOWED: '허용 목록에 있는 노드를 고르거나, 관리자에게 목록에 올려 달라고 하십시오.',
  ADDRESS_UNUSABLE: '주소를 원본에서 다시 복사하여 확인하고, 대소문자까지 그대로 입력하십시오.',
  TOKEN_UNUSABLE: '토큰 계약 주소와 소수 자릿수를 발행처의 공식 자료와 대조하십시오.',
  SIGNING_REFUSED: '승인된 내용과 서명된 내용을 대조하십시오. 까닭을 밝힐 때까지 이 서명 수단을 쓰지 마십시오.',
  SIGNER_UNAVAILABLE: '키 파일과 암호, 서명 서버의 주소와 상태를 확인한 뒤 다시 시도하십시오.',
  SECRET_FOUND:
    '입력란이나 파일에서 복구 문구와 개인키를 지우고 다시 보내십시오. 거래번호나 확인값(16진수 64자)이면 그 이름의 항목이나 열에만 적으십시오. 참으로 복구 문구나 개인키이면 그 지갑의 자산을 곧바로 시 주소로 옮기십시오.',
  KEY_MAY_WITHDRAW: '거래소에서 조회와 주문 권한만 있는 키를 새로 만들어 등록하십시오.',
  LIVE_KEY_IN_DEMO: '실제 키는 실제 데이터베이스에만 등록하고, 연습에는 연습용 거래소의 키를 쓰십시오.',
  FREEZE_UNEXPLAINED: '출금을 이전으로 설명하거나, 들어온 자산을 회수 또는 시 자체 재원으로 확정하여 차이를 없앤 뒤 다시 올리십시오.',
  RECONCILIATION_DUE: '계정을 거래소와 대조하여 같은지 확인한 뒤 다시 시도하십시오. 다르면 차이의 원인을 밝히십시오.',
  VENUE_TROUBLE_UNUSABLE:
    '점검은 계정 전체로, 입출금 중지와 거래지원 종료는 가상자산을 적어 등록하십시오. 점검과 거래지원 종료에는 마지막 날(점검은 모르면 예상일)이 있어야 하고, 날짜는 오늘부터이며, 공지의 이름을 적어야 합니다.',
  ASSET_FROZEN: '동결 사유를 확인하여 차이를 밝히고, 동결 해제 결재를 받으십시오.',
  ADDRESS_INVALID: '가상자산과 네트워크를 확인하고, 증빙의 주소를 그대로 다시 옮겨 넣으십시오.',
  ADDRESS_CHECKSUM_WRONG: '빠지거나 잘못 옮긴 글자가 있습니다. 증빙의 주소를 그대로 다시 옮겨 넣으십시오.',
  ADDRESS_NETWORK_WRONG: '받는 사람과 거래소가 쓰는 네트워크를 확인하여 그 네트워크의 주소를 넣으십시오.',
  ADDRESS_TAG_REQUIRED: '받는 사람에게 태그나 메모를 물어 넣으십시오. 개인 지갑이라 쓰지 않으면 그렇다고 표시하십시오.',
  ADDRESS_TAG_INVALID: '받는 사람에게 태그나 메모를 다시 확인하십시오.',
  ADDRESS_NOT_LISTED: '받는 주소를 출금 주소로 등록하여 결재받고, 대기 시간이 지난 뒤 다시 시도하십시오.',
  ADDRESS_ASSET_DIFFERS: '이 계정에서 이 가상자산을 받을 주소를 골라 다시 시도하십시오.',
  ADDRESS_OWNER_DIFFERS: '사건의 체납자나 권리자, 또는 그 입금을 보낸 사람의 주소를 골라 다시 시도하십시오.',
  ADDRESS_UNCONFIRMED: '등록한 사람이 아닌 담당자가 증빙을 보고 주소를 다시 입력하여 확인한 뒤 결재하십시오.',
  ADDRESS_CONFIRMATION_DIFFERS: '증빙과 등록한 주소를 함께 확인하고, 등록이 틀렸으면 취소한 뒤 다시 등록하십시오.',
  ADDRESS_COOLING: '안내된 시각이 지난 뒤 다시 시도하십시오.',
  ADDRESS_REVOKED: '보내지 마십시오. 취소 사유를 확인하고, 지시한 이전은 그만둔 뒤 맞는 주소로 다시 기안하십시오.',
  TRANSFER_UNSCREENED: '위험 주소를 조회한 뒤 지시서를 다시 받으십시오.',
  TRANSFER_LIMIT_REACHED: '내일 다시 시도하거나 수량을 나누십시오. 한도가 맞지 않으면 기준값 변경을 기안하십시오.',
  TRANSFER_WORTH_UNKNOWN: '그 가상자산의 하루 수량 한도를 기준값으로 정하거나 평가한 뒤 다시 시도하십시오.',
  TRANSFER_MAY_HAVE_LEFT:
    '거래소 화면에서 출금 내역을 확인하십시오. 나갔으면 보냈음을 기록하고, 나가지 않았으면 안내된 때에 다시 시도하십시오.',
  DEPOSIT_ADDRESS_WITHHELD:
    '거래소에서 입금 주소를 다시 읽고, 바뀌었거나 네트워크가 없는 주소는 거래소 화면과 대조하여 확인한 뒤 다시 시도하십시오.',
  DEPOSIT_ADDRESS_DIFFERS:
    '거래소 화면의 주소와 태그를 그대로 다시 옮겨 넣으십시오. 그래도 다르면 그 주소를 쓰지 말고 거래소에 확인하십시오.',
  TEST_TRANSFER_UNPROVEN: '시험 수량이 들어와 압류 자산의 것으로 확정된 뒤 나머지를 요구하십시오. 오지 않으면 거래소에 확인하십시오.',
  ALERT_UNDELIVERED: '알림 주소와 메일 서버 설정을 관리자와 확인하십시오. 알림 목록에는 남아 있습니다.',
  DATABASE_UNAVAILABLE: '잠시 뒤 다시 시도하고, 이어지면 관리자에게 데이터베이스 상태를 확인하게 하십시오.',
  DATABASE_CONTENTION: '아무것도 바뀌지 않았습니다. 잠시 뒤 그대로 다시 시도하십시오.',
  DISK_FULL: '관리자에게 디스크 공간을 늘리게 한 뒤 다시 시도하십시오.',
  MIGRATION_NEEDED: '관리자에게 서비스 버전과 데이터베이스 구조를 맞추게 하십시오.',
  CONFIG_INVALID: 'README의 설정 항목을 보고 안내된 설정값을 고쳐 다시 실행하십시오.',
  KEY_UNAVAILABLE: '이 설치의 암호화 키 파일을 제자리에 두거나 CHEONGSAN_KEY로 알려 준 뒤 다시 실행하십시오.',
  TRAINING_FLAG_MISSING: '교육용 계정이면 training을 true로 하여 다시 등록하십시오. 실제 계정이면 모의 거래소 표시를 빼십시오.',
  EXCHANGE_ACCOUNT_TWICE:
    '한 거래소 계정은 한 번만 등록합니다. 키를 바꾸려면 등록된 계정에서 키를 교체하고, 다른 계정이면 그 계정에서 발급한 키인지 확인하십시오.',
  KEY_OF_ANOTHER_ACCOUNT:
    '등록된 그 거래소 계정으로 로그인하여 키를 발급받아 다시 교체하십시오. 다른 계정의 키이면 새 계정으로 등록하십시오.',
  EXCHANGE_KEY_EXPIRED: '키의 마지막 날을 거래소 화면과 대조하고, 지난 키이면 새로 발급받아 등록하십시오.',
  EXCHANGE_KEY_REFUSED:
    '접근 키와 비밀 키를 그대로 옮겼는지, 거래소의 키 관리 화면에서 이 서버의 접속 IP와 조회 권한이 등록되어 있고 키가 유효한지 확인하여 다시 등록하십시오.',
  EXCHANGE_KEY_UNPROVEN:
    '아무것도 등록하거나 바꾸지 않았습니다. 거래소 접속 주소가 맞는지, 거래소 점검과 방화벽, 네트워크를 확인하고 다시 등록하십시오.',
  DEMO_ONLY: '--demo를 붙여 연습용 데이터베이스에서 하십시오.',
  INTERNAL: '같은 처리를 되풀이하지 말고, 시각과 요청 번호를 적어 관리자에게 알리십시오.',
} as const satisfies Record<ErrorCode, string>;

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

  get action(): string {
    return ERROR_ACTIONS[this.code];
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
