// Base64 of a long text, for ever.
// expect: status=timeout|error
for (;;) atob(btoa('x'.repeat(1e6)));
