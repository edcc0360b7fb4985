// A text that triples.
// expect: status=ok|error|timeout
encodeURIComponent('€'.repeat(1e6)).length;
