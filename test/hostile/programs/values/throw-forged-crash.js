// And one that says that the worker died.
// expect: status=error
// state: kept
throw Object.assign(new Error('forged'), { code: 'WORKER_CRASHED', outputLimit: { limit: 'max_events', max: 1 } });
