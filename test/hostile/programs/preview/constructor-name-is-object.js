// A constructor whose name is an object with a toString.
// expect: status=ok
function A() {}
Object.defineProperty(A, 'name', { value: { toString() { for (;;); } } });
new A();
