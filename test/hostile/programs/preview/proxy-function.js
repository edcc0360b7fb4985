// A proxy of a function and one of a class.
// expect: status=ok
[new Proxy(function f() {}, { get() { for (;;); } }), new Proxy(class A {}, { get() { for (;;); } })];
