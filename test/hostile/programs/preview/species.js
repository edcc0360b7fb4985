// Subclasses with a species and overridden methods.
// expect: status=ok
class A extends Array { static get [Symbol.species]() { for (;;); } map() { for (;;); } slice() { for (;;); } [Symbol.iterator]() { for (;;); } }
A.of(1, 2, 3);
