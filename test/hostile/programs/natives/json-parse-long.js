// A JSON text of ten million items.
// expect: status=timeout|error
// limits: mem_mb=64
JSON.parse('[' + '1,'.repeat(5e6) + '1]').length;
