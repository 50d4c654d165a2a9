import { z } from 'zod';
import { endTrouble, openTroubles, reasonOf, reportTrouble } from '../../custody/venue-trouble.ts';
import { VenueTroubleKind } from '../../database/generated/enums.ts';
import { command, NONE, type Route, read } from '../route.ts';
import { assetCode, DONE, dayInput, done, lineText, pathId, rowId } from '../schemas.ts';
import { reasonAnswer, toReason } from '../views/trouble-view.ts';

const troubleAnswer = reasonAnswer.extend({ id: rowId, accountId: rowId, reference: z.string().nullable().meta({ example: null }) });

/** What an exchange announces; that it does not answer is seen by the service itself. */
const announcedKind = z
  .enum(VenueTroubleKind)
  .exclude(['unreadable'])
  .meta({
    description:
      'maintenance 점검: 계정 전체(asset 없이)이며 untilDay 필수, 마지막 날을 모르면 예상일을 적고 바뀌면 다시 등록. ' +
      'deposits_halted 입금 중지, withdrawals_halted 출금 중지: asset 필수, untilDay는 재개 예정일을 알 때. ' +
      'delisting 거래지원 종료: asset과 untilDay(공지의 종료일) 필수. untilDay는 오늘부터. 응답 없음은 서비스가 스스로 알아 등록하지 않음',
    example: 'deposits_halted',
  });

export const venueTroubleRoutes: readonly Route[] = [
  read({
    operationId: 'listVenueTroubles',
    tag: 'custody',
    summary: '거래소의 장애, 점검, 입출금 중지, 거래지원 종료 (끝나지 않은 것)',
    path: '/venue-troubles',
    permission: 'venue.read',
    params: NONE,
    query: NONE,
    answer: z.array(troubleAnswer),
    handle: async ({ services: { database } }) =>
      (await openTroubles(database.read)).map((trouble) => ({
        ...toReason(reasonOf(trouble)),
        id: trouble.id,
        accountId: trouble.venueAccountId,
        reference: trouble.reference,
      })),
  }),
  command({
    operationId: 'reportVenueTrouble',
    tag: 'custody',
    summary: '거래소가 공지한 점검, 입출금 중지, 거래지원 종료를 등록 (열려 있는 것이면 날짜와 공지를 고침)',
    path: '/venue-troubles',
    permission: 'custody.record',
    params: NONE,
    query: NONE,
    body: z.object({
      accountId: rowId,
      asset: assetCode.exactOptional().meta({ description: '가상자산 하나의 일일 때' }),
      kind: announcedKind,
      untilDay: dayInput.exactOptional().meta({ description: '거래지원 종료일(필수), 점검 마지막 날(필수, 모르면 예상일), 재개 예정일' }),
      reference: lineText(200, '거래소 공지 2026-31'),
    }),
    answer: z.object({ troubleId: rowId, isNew: z.boolean() }),
    handle: (work, { body }) => reportTrouble(work, body),
  }),
  command({
    operationId: 'endVenueTrouble',
    tag: 'custody',
    summary: '등록한 거래소 장애가 끝났음을 기록',
    path: '/venue-troubles/{troubleId}/end',
    permission: 'custody.record',
    params: z.object({ troubleId: pathId }),
    query: NONE,
    body: NONE,
    answer: done,
    handle: async (work, { params: { troubleId } }) => {
      await endTrouble(work, troubleId);
      return DONE;
    },
  }),
];
