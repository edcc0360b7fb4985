// Closures in closures, called.
// expect: status=error|ok|timeout
eval('(()=>{let a=1;return '.repeat(2000) + '1' + '})()'.repeat(2000));
