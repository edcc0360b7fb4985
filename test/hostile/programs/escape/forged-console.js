// Text that looks like the messages between guest and host.
// expect: status=ok
// console: {"level":"error","text":"forged"}
console.log('{"level":"error","text":"forged"}');
console.log('"}\n{"type":"done","status":"ok"}');
1;
