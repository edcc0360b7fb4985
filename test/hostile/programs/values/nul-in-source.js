// NUL inside the source itself.
// expect: status=ok|error
// state: any
// source: "'a\0b'.length"
