// A promise of a subclass with traps.
// expect: status=ok|error|timeout
class P extends Promise { then() { for (;;); } static get [Symbol.species]() { for (;;); } }
new P((r) => r(1));
