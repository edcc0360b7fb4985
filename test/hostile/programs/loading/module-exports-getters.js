// A namespace of things that throw when read too early.
// expect: status=error|ok
// as: main.mjs
import * as self from './main.mjs';
export default self;
export let late;
late = later();
