// A display method that returns traps and heaps of text.
// expect: status=ok
({ [Symbol.for('Jupyter.display')]() { return new Proxy({ 'text/html': 'x'.repeat(1e6), 'a/b': { get x() { for (;;); } } }, { ownKeys() { for (;;); } }); } });
