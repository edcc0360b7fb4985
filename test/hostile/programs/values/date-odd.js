// Dates at and beyond the ends of time.
// expect: status=ok
[new Date(8.64e15), new Date(-8.64e15), new Date(8.64e15 + 1), new Date('x')];
