// throw a revoked proxy.
// expect: status=error
const { proxy, revoke } = Proxy.revocable({}, {});
revoke();
throw proxy;
