// return, yield, await and break where they are not allowed.
// expect: status=error
// state: unrun
return 1;
