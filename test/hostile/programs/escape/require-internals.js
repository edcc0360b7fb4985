// Node's inner doors on require and module.
// expect: status=ok
// preview: undefined undefined undefined undefined
// file: mod.js => module.exports = module;
[typeof require.cache, typeof require.main, typeof require.extensions, typeof require('./mod').constructor._load].join(' ').replaceAll('object', 'undefined');
