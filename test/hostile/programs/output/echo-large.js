// A snippet of a megabyte is echoed in its first event.
// expect: status=ok|error http=201|422
// limits: cpu_ms=2000
// source: '/*' + 'c'.repeat(1e6) + '*/ 1'
