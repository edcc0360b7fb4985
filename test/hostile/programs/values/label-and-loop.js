// The completion value of a loop that was left.
// expect: status=ok
// preview: 3
a: for (let i = 0; ; i++) { if (i === 3) { i; break a; } i; }
3;
