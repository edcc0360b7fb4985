// Halves of pairs, as a value, a key, and in an error.
// expect: status=ok
({ ['\ud800']: '\udfff', list: ['\ud83d', '\ude00'] });
