// A revoked proxy.
// expect: status=ok
// preview: <Revoked Proxy>
const { proxy, revoke } = Proxy.revocable({}, {});
revoke();
proxy;
