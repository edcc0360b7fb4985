// Names that hosts leave lying about.
// expect: status=ok
// preview: none
['process', 'Bun', 'Deno', 'Worker', 'WebAssembly', 'fetch', 'std', 'os', 'bjson', 'print', 'scriptArgs', 'load', 'read', 'quit', 'gc', '$262', 'native', 'host', 'hostCall', '__host', 'QuickJS', 'module', 'exports', 'global', 'window', 'self', 'XMLHttpRequest', 'WebSocket', 'navigator', '__dirname', '__filename', 'importScripts', 'loadScript', 'evalScript', 'setInterruptHandler'].filter((name) => { try { return typeof eval(name) !== 'undefined' && eval(name) !== globalThis; } catch { return false; } }).join() || 'none';
