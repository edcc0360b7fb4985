// An imported file that never settles.
// expect: status=error|timeout
// file: wait.mjs => await new Promise(() => {}); export default 1;
await import('./wait.mjs');
