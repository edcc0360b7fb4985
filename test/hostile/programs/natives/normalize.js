// Combining marks in the wrong order: sorted by exchange.
// expect: status=timeout|ok|error
('a' + '\u0301\u0323'.repeat(300000)).normalize('NFC').length;
