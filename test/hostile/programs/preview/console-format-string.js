// %s of an object with a toString of the guest's: the limit holds in there.
// expect: status=ok|timeout
console.log('%s', { toString() { for (;;); } });
