// require of a FIFO and of a folder that is its own entry.
// expect: status=ok
// preview: none
// before: mkfifo pipe.js; mkdir -p dir; ln -s . dir/index.js; mkdir -p node_modules/x; echo '{"main":"../../../outside/evil.js"}' > node_modules/x/package.json
const reached = [];
for (const name of ['./pipe', './dir', 'x', './node_modules/x']) { try { require(name); reached.push(name); } catch {} }
reached.join() || 'none';
