export { assertNotRefused } from '../import/refusal.ts';
