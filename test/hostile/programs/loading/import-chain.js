// Modules that each import the next one, deeper than the engine's stack.
// expect: status=error|timeout
// before: i=0; while [ $i -lt 6000 ]; do echo "import next from './m$((i+1)).mjs'; export default next" > m$i.mjs; i=$((i+1)); done; echo "export default 1" > m6000.mjs
// limits: cpu_ms=1000
// then: 1 + 1 => 2
await import('./m0.mjs');
