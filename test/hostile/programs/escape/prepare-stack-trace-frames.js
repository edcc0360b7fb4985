// Call sites given to a hook: functions and `this` of the host's.
// expect: status=ok
// preview: /^(none|\[.*\])$/
const got = [];
Error.prepareStackTrace = (e, frames) => { try { for (const f of frames) { got.push(String(f.getFunction?.()), String(f.getThis?.()), String(f.getFileName?.())); } } catch {} return 'x'; };
try { require('./nothing'); } catch (e) { e.stack; }
setTimeout(() => { new Error('x').stack; }, 0);
got.filter((t) => t.includes('vm:') || t.includes('/')).join() || 'none';
