// A key `__proto__` of its own.
// expect: status=ok
// preview: { ['__proto__']: { polluted: true } }
JSON.parse('{"__proto__":{"polluted":true}}');
