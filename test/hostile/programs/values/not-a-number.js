// NaN has no JSON form.
// expect: status=ok
// preview: NaN
0 / 0;
