// A loop while a class is defined.
// expect: status=timeout limit=cpu_ms
class A { static { for (;;); } }
