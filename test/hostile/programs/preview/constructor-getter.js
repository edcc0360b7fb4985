// A constructor whose name loops.
// expect: status=ok
Object.create({ get constructor() { for (;;); } });
