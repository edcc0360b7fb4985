// The classes that the runtime brings, replaced from inside.
// expect: status=ok
// then: 6 * 7 => 42
for (const C of [URL, URLSearchParams, TextEncoder, TextDecoder, EventTarget, Event, AbortController, DOMException]) for (const key of Reflect.ownKeys(C.prototype)) { try { Object.defineProperty(C.prototype, key, { configurable: true, get() { for (;;); } }); } catch {} }
console.log(new URL('http://a.example/'), new TextEncoder());
