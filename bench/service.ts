import { locateEmbedded } from '../src/database/embedded-location.ts';
import { elapsedMs } from '../src/kernel/clock.ts';
import { CheongsanError } from '../src/kernel/errors.ts';
import { ServiceProcess } from '../src/simulation/service-process.ts';
import { childrenOf, type Installation, postmasterOf } from './process-memory.ts';
import { withFolder } from './sandbox.ts';

/** The real service as `npm start` runs it, on a folder of its own, with its embedded PostgreSQL. */
export interface BenchService {
  readonly process: ServiceProcess;
  readonly folder: string;
}

/** Not started yet; stopped at the end, whoever started it. */
export function withService<T>(body: (service: BenchService) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    const process = new ServiceProcess({ args: () => [], environment: environmentOf(folder) });
    try {
      return await body({ process, folder });
    } finally {
      await process.stop();
    }
  });
}

/** What the machine sets for its own service must not leak into this one; an empty variable counts as absent. */
function environmentOf(folder: string): Record<string, string> {
  const absent = [
    'DATABASE_URL',
    'DATABASE_OWNER_URL',
    'REDIS_URL',
    'CHEONGSAN_KEY',
    'CHEONGSAN_KEY_FILE',
    'ALERT_WEBHOOK_URL',
    'ALERT_EMAIL_TO',
  ];
  return {
    ...Object.fromEntries(absent.map((name) => [name, ''])),
    CHEONGSAN_DATA: folder,
    HOST: '127.0.0.1',
    PORT: '0',
    LOG_LEVEL: 'error',
  };
}

export function urlOf({ process }: BenchService): string {
  if (process.url === undefined) throw new CheongsanError('INTERNAL', 'The service under measurement does not run.');
  return process.url;
}

/** Starts the service; seconds until it has answered its first page. */
export async function secondsToFirstPage(service: BenchService): Promise<number> {
  const begun = elapsedMs();
  await service.process.start();
  const answer = await fetch(urlOf(service));
  await answer.text();
  if (!answer.ok) throw new CheongsanError('INTERNAL', `The first page was answered with ${answer.status}.`);
  return (elapsedMs() - begun) / 1_000;
}

/** The processes to look at while the service runs; it is the only child of this one. */
export async function installationOf({ folder }: BenchService): Promise<Installation> {
  const [serviceId] = await childrenOf(process.pid);
  if (serviceId === undefined) throw new CheongsanError('INTERNAL', 'The service under measurement has no process.');
  const { clusterFolder } = await locateEmbedded(folder);
  return { serviceId, postmasterId: await postmasterOf(clusterFolder) };
}
