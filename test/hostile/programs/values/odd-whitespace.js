// Line separators, a byte order mark, and an HTML-like comment.
// expect: status=ok|error
// state: any
// source: "\ufeff1\u2028+\u20291 // x\u2028<!-- y\n"
