// Asks for modules that are not there, for ever.
// expect: status=timeout limit=cpu_ms|wall_ms
for (let i = 0; ; i++) { try { require('./no-' + i); } catch {} }
