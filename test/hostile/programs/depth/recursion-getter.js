// A getter that reads itself.
// expect: status=error
// message: /stack/
({ get a() { return this.a; } }).a;
