import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as engineModule from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';

/**
 * Prisma's schema engine as WebAssembly: it comes with the package and needs no download, so migrations work in a closed
 * network. It reads and writes the same folder and table as `prisma migrate deploy`. The connection ends with the call.
 */
export async function withSchemaEngine<T>(
  ownerUrl: string,
  datamodels: [string, string][] | undefined,
  body: (engine: engineModule.SchemaEngine) => Promise<T>,
): Promise<T> {
  await instantiate();
  const pool = new pg.Pool({ connectionString: ownerUrl });
  // A connection that is lost while nothing runs on it is told by the next statement; without a listener it would end the process.
  pool.on('error', () => undefined);
  try {
    const adapter = new WholeScriptPg(pool);
    const engine = await engineModule.SchemaEngine.new({ datamodels }, () => undefined, bindMigrationAwareSqlAdapterFactory(adapter));
    try {
      return await body(engine);
    } catch (thrown) {
      // The engine tells only that something outside of it failed; what PostgreSQL said is with whoever asked it.
      throw adapter.refusal ?? thrown;
    } finally {
      engine.free();
    }
  } finally {
    await pool.end();
  }
}

const MARK_FINISHED = `DO $$ BEGIN
  IF to_regclass('public._prisma_migrations') IS NOT NULL THEN
    UPDATE public._prisma_migrations SET finished_at = now() WHERE finished_at IS NULL AND rolled_back_at IS NULL;
  END IF;
END $$`;

/**
 * The adapter cuts a script at every semicolon, function bodies and comments included. Sent whole, PostgreSQL splits it
 * itself and runs it as one transaction, so that a migration that fails leaves nothing behind. It is marked as finished in that
 * very transaction: a process that dies right after it has not left a migration that is there and counts as torn.
 */
class WholeScriptPg extends PrismaPg {
  /** What PostgreSQL said to the last script it refused. */
  refusal: unknown;

  override async connect(): ReturnType<PrismaPg['connect']> {
    const adapter = await super.connect();
    adapter.executeScript = async (script) => {
      try {
        await adapter.underlyingDriver().query(`${script}\n;${MARK_FINISHED}`);
      } catch (thrown) {
        this.refusal = thrown;
        throw thrown;
      }
    };
    return adapter;
  }
}

let instantiated: Promise<void> | undefined;

function instantiate(): Promise<void> {
  instantiated ??= (async () => {
    const glue = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
    const module = await WebAssembly.compile(await readFile(join(dirname(glue), 'schema_engine_bg.wasm')));
    const { exports } = await WebAssembly.instantiate(module, { './schema_engine_bg.js': importable() });
    engineModule.__wbg_set_wasm(exports);
    const start = exports['__wbindgen_start'];
    if (typeof start === 'function') start();
  })();
  return instantiated;
}

/** The functions of the glue module, as WebAssembly wants to import them. */
function importable(): WebAssembly.ModuleImports {
  return Object.fromEntries(Object.entries(engineModule).filter(([, member]) => typeof member === 'function'));
}
