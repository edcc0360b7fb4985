/**
 * Writes a CSV of orders as a small shop's export would look: a few customers order often, prices
 * repeat, some rows are cancelled, some fields are quoted. The same rows every time.
 *
 *     bun scripts/demo/orders.ts FILE [ROWS]
 */
export {};

const [file, rows = "4000"] = process.argv.slice(2);
if (!file) throw new Error("usage: bun scripts/demo/orders.ts FILE [ROWS]");

let state = 20261120;
/** A number from 0 to 1, the same sequence at every run (mulberry32). */
function random(): number {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;

const PRODUCTS = [
  ["Espresso beans, 1 kg", "coffee", 21.9],
  ["Filter beans, 500 g", "coffee", 12.5],
  ["Decaf beans, 250 g", "coffee", 8.4],
  ["Hand grinder", "equipment", 64],
  ["Kettle, gooseneck", "equipment", 79.5],
  ["Scale, 0.1 g", "equipment", 34.95],
  ["Paper filters, 100", "supplies", 4.2],
  ["Descaler", "supplies", 9.9],
  ["Milk jug, 0.5 l", "equipment", 18.75],
  ['Cup "Nordlicht"', "tableware", 14],
] as const;
const COUNTRIES = ["DE", "DE", "DE", "AT", "CH", "FR", "NL", "PL"] as const;
const STATUSES = ["paid", "paid", "paid", "paid", "shipped", "shipped", "refunded", "cancelled"];

const quote = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const lines = [
  "order_id,ordered_at,customer_id,country,product,category,quantity,unit_price,status",
];
const startMs = Date.UTC(2026, 0, 1);
for (let i = 0; i < Number(rows); i++) {
  const [product, category, price] = pick(PRODUCTS);
  // Squaring makes low customer numbers, the regulars, far more frequent.
  const customer = `C${String(1 + Math.floor(random() ** 2 * 600)).padStart(4, "0")}`;
  const orderedAt = new Date(startMs + Math.floor((i + random()) * 7_200_000)).toISOString();
  lines.push(
    [
      100001 + i,
      orderedAt,
      customer,
      pick(COUNTRIES),
      quote(product),
      category,
      1 + Math.floor(random() ** 3 * 6),
      price.toFixed(2),
      pick(STATUSES),
    ].join(","),
  );
}
await Bun.write(file, `${lines.join("\n")}\n`);
