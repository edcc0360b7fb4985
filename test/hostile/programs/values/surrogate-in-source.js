// Half of a pair inside the source itself.
// expect: status=ok|error
// state: any
// source: "'\ud800'.length"
