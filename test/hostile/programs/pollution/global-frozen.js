// The global object takes nothing new.
// expect: status=ok
// then: 6 * 7 => 42
// then: 'still' => still
Object.preventExtensions(globalThis);
1;
