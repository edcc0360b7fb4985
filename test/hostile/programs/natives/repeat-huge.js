// A string longer than there may be.
// expect: status=error|timeout
'abcdefgh'.repeat(2 ** 28);
