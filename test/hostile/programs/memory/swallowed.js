// One refusal, caught: what then?
// expect: status=error code=OUT_OF_MEMORY
// limits: mem_mb=32 cpu_ms=5000
let caught = 0;
try { new ArrayBuffer(64e6); } catch (e) { caught = 1; }
caught;
