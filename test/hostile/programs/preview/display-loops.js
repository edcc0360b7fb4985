// A display method that loops.
// expect: status=ok|timeout
({ [Symbol.for('Jupyter.display')]() { for (;;); } });
