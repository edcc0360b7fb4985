// A tag that loops.
// expect: status=ok
({ get [Symbol.toStringTag]() { for (;;); } });
