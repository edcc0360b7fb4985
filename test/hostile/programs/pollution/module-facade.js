// A module's functions replaced, and the answers' way polluted.
// expect: status=ok
// modules: fs
// then: require('fs').readdirSync('.').length >= 0 => true
const { readdirSync } = require('fs');
Object.prototype.return = { polluted: true };
Object.prototype.throw = { message: 'polluted' };
Array.isArray(readdirSync('.'));
