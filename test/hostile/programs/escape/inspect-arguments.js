// What an inspect method is given must be of the guest's world.
// expect: status=ok
// preview: none
let verdict = 'none';
console.log({ [Symbol.for('nodejs.util.inspect.custom')](depth, options, inspect) {
  for (const thing of [options, inspect, options.stylize]) { try { if (thing.constructor.constructor('return this')() !== globalThis) verdict = 'other world'; } catch {} }
  return 'x';
} });
verdict;
