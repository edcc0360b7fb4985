// A folder on the way is exchanged for a link to the outside while files are required.
// expect: status=ok
// preview: 0
// before: mkdir inside; echo 'module.exports = "inside"' > inside/evil.js; echo x > inside/secret.txt
// beside: while :; do ln -sfn ../outside way; ln -sfn inside way; done
// limits: cpu_ms=3000
let hits = 0;
for (let i = 0; i < 400; i++) { try { if (require('./way/evil.js?'.slice(0, -1)) !== 'inside') hits++; } catch {} try { const m = await import('./way/evil.js?' + i); if (JSON.stringify(m).includes('outside')) hits++; } catch {} }
hits;
