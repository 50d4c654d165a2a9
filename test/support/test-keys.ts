import { MasterKey } from '../../src/kernel/master-key.ts';

/** The key under which tests seal; it protects nothing. */
export const testKeys = new MasterKey(Buffer.alloc(32, 7));
