// The global object by every kind of function constructor.
// expect: status=ok
// preview: undefined undefined
const AsyncFunction = (async () => {}).constructor;
const GeneratorFunction = (function* () {}).constructor;
const g = Function('return this')();
const h = await AsyncFunction('return this')();
const i = GeneratorFunction('yield this')().next().value;
[typeof g.process, typeof i?.Bun].join(' ');
