// A hashbang at the start.
// expect: status=ok|error
// state: any
// source: "#!/bin/sh\n1 + 1"
