// A module that imports itself under ever new names.
// expect: status=error|timeout|ok
// file: self.mjs => export default await import('./self.mjs?' + Math.random());
await import('./self.mjs');
