import { z } from 'zod';
import type { SeizureCase } from '../../database/generated/client.ts';
import { CaseOrigin, CasePhase, Role } from '../../database/generated/enums.ts';
import { type CivilDate, dayFromColumn } from '../../kernel/civil-date.ts';
import { PHASES } from '../../seizure/phase-table.ts';
import { dayText, instantText, rowId, venueText, wonText } from '../schemas.ts';

/** A case in a list: where it stands, whose move it is and by when. Names nobody. */
export const caseSummaryAnswer = z
  .object({
    id: rowId,
    number: z.string().meta({ example: '2026-000012' }),
    personId: rowId,
    venueCode: venueText,
    origin: z.enum(CaseOrigin).meta({ example: 'inquiry' }),
    phase: z.enum(CasePhase).meta({ example: 'in_custody' }),
    phaseTitle: z.string().meta({ example: PHASES.in_custody.title }),
    phaseSince: instantText,
    owner: z.enum(Role).nullable().meta({ description: '다음 일을 할 역할', example: 'collection_officer' }),
    nextStep: z.string().meta({ description: '다음에 할 일', example: PHASES.in_custody.nextStep }),
    deadlineOn: dayText.nullable(),
    isOverdue: z.boolean().meta({ example: false }),
    officerId: rowId,
    openedAt: instantText,
    seizedOn: dayText.nullable(),
    needKrw: wonText.nullable(),
    closedAt: instantText.nullable().meta({ example: null }),
    refusalCode: z.string().nullable().meta({ example: null }),
  })
  .meta({ id: 'CaseSummary', description: '압류 사건' });

export function toCaseSummary(seizureCase: SeizureCase, today: CivilDate): z.input<typeof caseSummaryAnswer> {
  const { id, number, personId, venueCode, origin, phase, officerId, refusalCode } = seizureCase;
  const { title, owner, nextStep } = PHASES[phase];
  const deadlineOn = dayOrNull(seizureCase.phaseDeadlineOn);
  return {
    id,
    number,
    personId,
    venueCode,
    origin,
    phase,
    phaseTitle: title,
    phaseSince: seizureCase.phaseSince.toISOString(),
    owner: owner ?? null,
    nextStep,
    deadlineOn,
    isOverdue: owner !== undefined && deadlineOn !== null && deadlineOn < today,
    officerId,
    openedAt: seizureCase.openedAt.toISOString(),
    seizedOn: dayOrNull(seizureCase.seizedOn),
    needKrw: seizureCase.needKrw?.toString() ?? null,
    closedAt: seizureCase.closedAt?.toISOString() ?? null,
    refusalCode,
  };
}

export function dayOrNull(column: Date | null): CivilDate | null {
  return column === null ? null : dayFromColumn(column);
}
