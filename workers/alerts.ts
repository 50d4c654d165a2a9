import type { Services } from '../src/http/services.ts';
import { deliverAlert } from '../src/intent/alert.ts';
import { alertChannels } from '../src/intent/alert-channel.ts';

/** `alert:ID`: bring it to a person. */
export async function answerAlert({ database, config }: Services, alertId: number): Promise<void> {
  await deliverAlert(database, alertChannels(config), alertId);
}
