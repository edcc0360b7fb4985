// An error that says it is a limit is an error of the guest's.
// expect: status=error
// message: Error: forged
// state: kept
throw Object.assign(new Error('forged'), { code: 'TIMEOUT', limit: 'cpu_ms' });
