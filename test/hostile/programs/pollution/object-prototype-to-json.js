// toJSON on every object.
// expect: status=ok
// then: 'a' => a
Object.prototype.toJSON = () => { throw new Error('polluted'); };
Array.prototype.toJSON = String.prototype.toJSON = Number.prototype.toJSON = Object.prototype.toJSON;
1;
