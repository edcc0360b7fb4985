// An object that looks like a payload is an object.
// expect: status=ok
// preview: { type: 'number', preview: '42', json: 42 }
({ type: 'number', preview: '42', json: 42 });
