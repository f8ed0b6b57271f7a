export { reachable } from '#services/errors.ts';
