// An array that contains itself by way of a getter, as text.
// expect: status=error
// message: /stack/
const o = { toString() { return `${o}`; } };
`${o}`;
