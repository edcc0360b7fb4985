// More random bytes than one call gives.
// expect: status=error
// message: /65536/
crypto.getRandomValues(new Uint8Array(65537));
