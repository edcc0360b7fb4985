// A sum of half a million terms.
// expect: status=error|ok|timeout
eval('1+'.repeat(5e5) + '1');
