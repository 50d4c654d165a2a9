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
  try {
    const adapterFactory = bindMigrationAwareSqlAdapterFactory(new WholeScriptPg(pool));
    const engine = await engineModule.SchemaEngine.new({ datamodels }, () => undefined, adapterFactory);
    try {
      return await body(engine);
    } finally {
      engine.free();
    }
  } finally {
    await pool.end();
  }
}

/**
 * The adapter cuts a script at every semicolon, function bodies and comments included. Sent whole, PostgreSQL splits it
 * itself and runs it as one transaction, so that a migration that fails leaves nothing behind.
 */
class WholeScriptPg extends PrismaPg {
  override async connect(): ReturnType<PrismaPg['connect']> {
    const adapter = await super.connect();
    adapter.executeScript = async (script) => {
      await adapter.underlyingDriver().query(script);
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
