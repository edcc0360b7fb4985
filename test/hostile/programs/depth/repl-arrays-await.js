// The same behind a top-level await, which needs the host's parser.
// expect: status=error|timeout
// state: any
// source: 'await 1; ' + '['.repeat(1e5) + ']'.repeat(1e5)
