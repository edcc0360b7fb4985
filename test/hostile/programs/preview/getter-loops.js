// A getter that loops is shown, not called.
// expect: status=ok
// preview: { a: [Getter] }
({ get a() { for (;;); } });
