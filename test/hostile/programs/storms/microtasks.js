// A microtask that queues the next.
// expect: status=timeout limit=cpu_ms
(function f() { queueMicrotask(f); })();
