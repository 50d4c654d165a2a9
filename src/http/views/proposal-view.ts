import { z } from 'zod';
import { ERROR_ACTIONS, ERROR_CATALOGUE } from '../../kernel/errors.ts';
import type { BarredBill } from '../../seizure/eligible-bills.ts';
import type { ProposedCase, RefusedProposal } from '../../seizure/propose.ts';
import { assetCode, dayText, rowId, wonText } from '../schemas.ts';

const barredAnswer = z.object({
  billId: rowId,
  noticeNumber: z.string().meta({ example: '2023-110-000123' }),
  bars: z.array(
    z.object({
      code: z.string().meta({ example: 'SEIZURE_DUNNING_NOT_EXPIRED' }),
      text: z.string().meta({ example: ERROR_CATALOGUE.SEIZURE_DUNNING_NOT_EXPIRED.title }),
      endsOn: dayText.nullable(),
    }),
  ),
});

const leftOutAnswer = z.object({
  asset: assetCode,
  code: z.enum(['NOT_NEEDED', 'NOT_TRADED', 'BELOW_MINIMUM_ORDER']),
});

/** A case that was proposed, and what it leaves out. */
export const proposedAnswer = z
  .object({
    caseId: rowId,
    number: z.string().meta({ example: '2026-000012' }),
    personId: rowId,
    needKrw: wonText,
    valueKrw: wonText,
    isPartial: z.boolean().meta({ description: '팔 수 있는 것의 일부만 압류', example: false }),
    barred: z.array(barredAnswer).meta({ description: '압류할 수 없어 뺀 체납 건', example: [] }),
    leftOut: z.array(leftOutAnswer).meta({ description: '압류하지 않은 자산', example: [] }),
    revokesWriteOff: z.array(z.string()).meta({ description: '정리보류를 취소할 고지번호', example: [] }),
  })
  .meta({ id: 'ProposedCase', description: '기안한 압류' });

export const refusedAnswer = z
  .object({
    personId: rowId,
    accountReference: z.string().meta({ example: 'acct-0001' }),
    code: z.string().meta({ example: 'SEIZURE_NOTHING_OWED' }),
    title: z.string().meta({ example: ERROR_CATALOGUE.SEIZURE_NOTHING_OWED.title }),
    action: z.string().meta({ description: '무엇을 하면 되는지', example: ERROR_ACTIONS.SEIZURE_NOTHING_OWED }),
    barred: z.array(barredAnswer).meta({ example: [] }),
    leftOut: z.array(leftOutAnswer).meta({ example: [] }),
  })
  .meta({ id: 'RefusedProposal', description: '기안하지 못한 계정과 사유' });

export function toProposed(proposed: ProposedCase): z.input<typeof proposedAnswer> {
  const { caseId, number, personId, needKrw, valueKrw, isPartial, barred, leftOut, revokesWriteOff } = proposed;
  return {
    caseId,
    number,
    personId,
    needKrw: needKrw.toString(),
    valueKrw: valueKrw.toString(),
    isPartial,
    barred: barred.map(toBarred),
    leftOut: leftOut.map(({ asset, code }) => ({ asset, code })),
    revokesWriteOff: [...revokesWriteOff],
  };
}

export function toRefusedProposal({ personId, accountReference, code, barred, leftOut }: RefusedProposal): z.input<typeof refusedAnswer> {
  return {
    personId,
    accountReference,
    code,
    title: ERROR_CATALOGUE[code].title,
    action: ERROR_ACTIONS[code],
    barred: barred.map(toBarred),
    leftOut: leftOut.map(({ asset, code: why }) => ({ asset, code: why })),
  };
}

function toBarred({ billId, noticeNumber, bars }: BarredBill): z.input<typeof barredAnswer> {
  return { billId, noticeNumber, bars: bars.map(({ code, text, endsOn }) => ({ code, text, endsOn: endsOn ?? null })) };
}
