// Rejected with undefined.
// expect: status=error
Promise.reject();
