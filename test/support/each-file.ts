import { afterAll } from 'vitest';
import { closeOpened } from './at-end.ts';

// Run anew for every test file, unlike the modules that the files share.
afterAll(closeOpened);
