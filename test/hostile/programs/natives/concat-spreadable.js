// concat of something that says it has 2^53 elements.
// expect: status=timeout|error
[].concat({ length: 2 ** 53 - 1, [Symbol.isConcatSpreadable]: true });
