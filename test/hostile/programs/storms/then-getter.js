// The completion value has a `then` that loops when looked at.
// expect: status=timeout|ok
({ get then() { for (;;); } });
