// The iterators that spread and destructuring use.
// expect: status=ok
// console: 1 2 [ 3 ]
// then: [1] => [ 1 ]
const next = () => { throw new Error('polluted'); };
for (const it of [[][Symbol.iterator](), ''[Symbol.iterator](), new Map()[Symbol.iterator](), new Set()[Symbol.iterator](), (function* () {})()]) {
  let p = Object.getPrototypeOf(it);
  while (p && p !== Object.prototype) { try { p.next = next; p[Symbol.iterator] = next; } catch {} p = Object.getPrototypeOf(p); }
}
Array.prototype[Symbol.iterator] = String.prototype[Symbol.iterator] = next;
console.log(1, 2, [3]);
