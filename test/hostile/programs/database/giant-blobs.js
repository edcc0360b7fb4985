// Values larger than the memory.
// expect: status=ok|error|timeout code=OUT_OF_MEMORY|TIMEOUT
// modules: database
// limits: mem_mb=32 cpu_ms=2000 wall_ms=3000
const db = require('database');
db.configure('sqlite3', ':memory:');
const reached = [];
for (const sql of ['SELECT length(zeroblob(900000000)) + length(hex(zeroblob(400000000)))', 'SELECT randomblob(500000000)', 'SELECT hex(zeroblob(300000000))', "SELECT printf('%.*c', 900000000, 'x')", "SELECT replace(hex(zeroblob(1000)), '00', hex(zeroblob(100000)))", "SELECT group_concat(hex(randomblob(100000))) FROM (WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM n LIMIT 10000) SELECT x FROM n)", "SELECT json_group_array(hex(zeroblob(1000000))) FROM (WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM n LIMIT 500) SELECT x FROM n)"])
  { try { db.query(sql); reached.push(sql); } catch {} }
reached.join() || 'none';
