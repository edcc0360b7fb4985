// A JSON file with a __proto__ key.
// expect: status=ok
// preview: undefined
// file: p.json => {"__proto__":{"polluted":1}}
require('./p.json');
typeof ({}).polluted;
