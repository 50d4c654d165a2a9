#!/usr/bin/env node
// `npx cheongsan …`: builds if need be, then hands over.
await import('./build.js');
await import('../dist/src/cli.js');
