// A static import of a built-in.
// expect: status=error
// state: any
import fs from 'node:fs';
fs.readFileSync('/etc/passwd');
