// Runs once, when the session is created: what every step may use.
var money = (cents) => (cents / 100).toFixed(2) + " EUR";
var steps = [];

/** Splits one line of CSV; fields may be quoted, quotes inside are doubled. */
function parseLine(line) {
  const fields = [];
  const field = /("(?:[^"]|"")*"|[^,]*)(,|$)/g;
  for (let match = field.exec(line); match; match = field.exec(line)) {
    const text = match[1];
    fields.push(text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text);
    if (match[2] === "") break;
  }
  return fields;
}
