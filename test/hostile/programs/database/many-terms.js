// SQLite keeps every term of a statement before it counts them: half a gigabyte for this one.
// expect: status=error code=OUT_OF_MEMORY
// modules: database
// limits: mem_mb=64 cpu_ms=10000
// state: any
require('database').configure('sqlite3', ':memory:');
require('database').query('select ' + '1,'.repeat(3.9e6) + '1');
