import { join } from 'node:path';
import { z } from 'zod';
import { CheongsanError } from './errors.ts';
import { projectRoot } from './paths.ts';

const port = z.coerce.number().int().min(0).max(65_535);

/** `bithumb=https://…,coinone=https://…`, or `none`. */
const referenceVenues = z
  .string()
  .regex(
    /^(none|[a-z]+=https?:\/\/[^,\s]+(,[a-z]+=https?:\/\/[^,\s]+)*)$/,
    'must be "none" or a list such as "bithumb=https://api.bithumb.com"',
  )
  .transform((text) => (text === 'none' ? [] : text.split(',').map(referenceVenue)));

function referenceVenue(pair: string): { readonly venue: string; readonly baseUrl: string } {
  const at = pair.indexOf('=');
  return { venue: pair.slice(0, at), baseUrl: pair.slice(at + 1) };
}

/** `eth=https://…,pol=https://…`: nodes of chains, each named after its network. */
const chainNodes = z
  .string()
  .regex(/^[a-z0-9-]+=https?:\/\/[^,\s]+(?:,[a-z0-9-]+=https?:\/\/[^,\s]+)*$/, 'must be a list such as "eth=https://node.example.go.kr"')
  .transform((text) => text.split(',').map(chainNode));

function chainNode(pair: string): { readonly name: string; readonly url: string } {
  const at = pair.indexOf('=');
  return { name: pair.slice(0, at), url: pair.slice(at + 1) };
}

const environment = z.object({
  PORT: port.default(8080),
  HOST: z.string().min(1).default('127.0.0.1'),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  DATABASE_OWNER_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  CHEONGSAN_DATA: z.string().min(1).default(join(projectRoot, 'data')),
  CHEONGSAN_KEY: z.string().optional(),
  CHEONGSAN_KEY_FILE: z.string().min(1).optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  ALERT_WEBHOOK_URL: z.url({ protocol: /^https?$/ }).optional(),
  ALERT_EMAIL_TO: z.string().min(3).optional(),
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  REFERENCE_VENUES: referenceVenues.optional(),
  SCREENING_LIST_FILE: z.string().min(1).optional(),
  CHAIN_NODES: chainNodes.default([]),
  SIGNER_URL: z.url({ protocol: /^https?$/ }).optional(),
  SIGNER_TOKEN: z.string().min(1).optional(),
  KEYSTORE_FILE: z.string().min(1).optional(),
});

/** What a city sets from outside. Everything legal or of the city's own choosing is policy and lives in the database. */
export interface Config {
  readonly port: number;
  readonly host: string;
  /** Absent: the embedded PostgreSQL in `dataFolder` is used. */
  readonly databaseUrl: string | undefined;
  /** The role that owns the schema, needed only while migrations are pending. Absent: `databaseUrl` is used for both. */
  readonly databaseOwnerUrl: string | undefined;
  /** Absent: the queue lives in the same PostgreSQL. */
  readonly redisUrl: string | undefined;
  /** Cluster of the embedded PostgreSQL and the key file; never inside version control. */
  readonly dataFolder: string;
  /** 32 bytes in base64, or absent when `keyFile` is used. */
  readonly key: string | undefined;
  readonly keyFile: string;
  readonly logLevel: string;
  readonly alertWebhookUrl: string | undefined;
  readonly alertEmailTo: string | undefined;
  readonly smtpUrl: string | undefined;
  /** Exchanges whose public prices a sale is compared with, in place of those that are known. Absent: these; empty: none. */
  readonly referenceVenues: readonly { readonly venue: string; readonly baseUrl: string }[] | undefined;
  /** The city's list of sanctioned and tainted addresses. Absent: no address is held against any. */
  readonly screeningListFile: string | undefined;
  /** The only nodes that chains are read from and sent to, each named after its network (`eth`, `eth-2`). Empty: no chain is asked. */
  readonly chainNodes: readonly { readonly name: string; readonly url: string }[];
  /** Whoever signs for seized wallets, over JSON-RPC; together with its token. Absent: `keystoreFile` is used. */
  readonly signerUrl: string | undefined;
  readonly signerToken: string | undefined;
  /** An encrypted keystore of one seized wallet; its password is read from `KEYSTORE_PASSWORD` when something is signed. */
  readonly keystoreFile: string | undefined;
}

/** Reads the environment once at the edge. An empty variable counts as absent. Error: `CONFIG_INVALID`, naming the variable. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    const reasons = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
    throw new CheongsanError('CONFIG_INVALID', `The environment cannot be used. ${reasons}. Correct the variable and start again.`);
  }
  const values = parsed.data;
  if ((values.SIGNER_URL === undefined) !== (values.SIGNER_TOKEN === undefined)) {
    throw new CheongsanError('CONFIG_INVALID', 'SIGNER_URL and SIGNER_TOKEN belong together; set both or neither and start again.');
  }
  return {
    port: values.PORT,
    host: values.HOST,
    databaseUrl: values.DATABASE_URL,
    databaseOwnerUrl: values.DATABASE_OWNER_URL,
    redisUrl: values.REDIS_URL,
    dataFolder: values.CHEONGSAN_DATA,
    key: values.CHEONGSAN_KEY,
    keyFile: values.CHEONGSAN_KEY_FILE ?? join(values.CHEONGSAN_DATA, 'keys', 'master.key'),
    logLevel: values.LOG_LEVEL,
    alertWebhookUrl: values.ALERT_WEBHOOK_URL,
    alertEmailTo: values.ALERT_EMAIL_TO,
    smtpUrl: values.SMTP_URL,
    referenceVenues: values.REFERENCE_VENUES,
    screeningListFile: values.SCREENING_LIST_FILE,
    chainNodes: values.CHAIN_NODES,
    signerUrl: values.SIGNER_URL,
    signerToken: values.SIGNER_TOKEN,
    keystoreFile: values.KEYSTORE_FILE,
  };
}
