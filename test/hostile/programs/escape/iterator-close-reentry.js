// Iterators closed again from inside their own closing.
// expect: status=ok|error
const it = { n: 0, [Symbol.iterator]() { return this; }, next() { return { value: this.n++, done: false }; }, return() { try { for (const x of it) break; } catch {} return {}; } };
try { for (const x of it) if (x > 3) break; } catch {}
it.n > 3;
