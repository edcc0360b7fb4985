// As many events as there may be.
// expect: status=ok
// limits: max_events=50
for (let i = 0; i < 40; i++) console.log(i);
