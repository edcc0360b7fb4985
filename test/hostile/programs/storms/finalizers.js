// Finalizers that make more garbage with finalizers.
// expect: status=ok|timeout
const registry = new FinalizationRegistry(() => { registry.register({}, 1); });
for (let i = 0; i < 1000; i++) registry.register({}, 1);
1;
