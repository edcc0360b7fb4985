// Recursion to the brim of the stack, then the host is called there.
// expect: status=ok
// limits: cpu_ms=2000
let codes = new Set();
(function f() { try { f(); } catch (e) { try { require('./nothing'); } catch (e2) { codes.add(e2.name); } } })();
codes.size > 0;
