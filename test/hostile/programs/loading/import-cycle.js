// Modules that import one another and read too early.
// expect: status=error|ok
// file: a.mjs => import { b } from './b.mjs'; export const a = b;
// file: b.mjs => import { a } from './a.mjs'; export const b = a;
await import('./a.mjs');
