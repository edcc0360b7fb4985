// After the limit has tripped neither catch nor finally runs.
// expect: status=timeout limit=cpu_ms
// then: typeof afterTrip => undefined
try { for (;;); } catch { globalThis.afterTrip = 1; } finally { globalThis.afterTrip = 2; console.log('after the trip'); }
