// Reads the export and loads it into an SQLite database of the worktree.
const fs = require("fs");
const database = require("database");

const [header, ...lines] = fs.readFileSync(__ARGS__.file).trim().split("\n");
const columns = parseLine(header);

database.configure("sqlite3", "orders.db");
database.exec("DROP TABLE IF EXISTS orders");
database.exec(
  "CREATE TABLE orders (order_id INTEGER PRIMARY KEY, ordered_at TEXT, customer_id TEXT, country TEXT, product TEXT, category TEXT, quantity INTEGER, unit_cents INTEGER, status TEXT)",
);
database.exec("BEGIN");
for (const line of lines) {
  const row = Object.fromEntries(parseLine(line).map((value, i) => [columns[i], value]));
  database.exec(
    "INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    Number(row.order_id),
    row.ordered_at,
    row.customer_id,
    row.country,
    row.product,
    row.category,
    Number(row.quantity),
    Math.round(Number(row.unit_price) * 100),
    row.status,
  );
}
database.exec("COMMIT");

steps.push("extract");
console.log("loaded %d orders from %s", lines.length, __ARGS__.file);
database.query("SELECT count(*) AS orders, min(ordered_at) AS first, max(ordered_at) AS last FROM orders")[0];
