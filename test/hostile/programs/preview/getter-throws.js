// A getter that throws is shown, not called.
// expect: status=ok
// preview: { a: [Getter], b: 1 }
({ get a() { throw new Error('no'); }, b: 1 });
