// A listener that dispatches its own event again.
// expect: status=error|timeout
const t = new EventTarget();
t.addEventListener('x', () => { t.dispatchEvent(new Event('x')); });
t.dispatchEvent(new Event('x'));
