// Functions whose toString and name are traps.
// expect: status=ok
const f = () => 1;
f.toString = () => { for (;;); };
Object.defineProperty(f, 'name', { get() { for (;;); } });
class A { static toString() { for (;;); } static get name() { for (;;); } }
[f, A];
