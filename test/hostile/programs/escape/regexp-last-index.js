// lastIndex that lies, on texts of two widths.
// expect: status=ok|error|timeout
const r = /\u{1f600}?x*/gu;
for (const li of [-1, 1e9, 2 ** 53, NaN, { valueOf() { r.compile('y', 'y'); return 3; } }]) { try { r.lastIndex = li; r.exec('\ud83d\ude00xxx'); } catch {} }
1;
