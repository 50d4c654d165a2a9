import { z } from 'zod';
import { RESOLUTIONS, type Resolution } from '../../custody/deposit-rules.ts';

/** What an officer can do about a deposit or a holding, by code and title. */
export const resolutionsAnswer = z
  .array(z.object({ code: z.string(), title: z.string() }))
  .meta({ description: '할 수 있는 처리', example: [{ code: 'wait', title: RESOLUTIONS.wait.title }] });

export function toResolutions(resolutions: readonly Resolution[]): z.input<typeof resolutionsAnswer> {
  return resolutions.map((code) => ({ code, title: RESOLUTIONS[code].title }));
}
