// Rejected with a promise that is rejected.
// expect: status=error
Promise.reject(Promise.reject(1));
