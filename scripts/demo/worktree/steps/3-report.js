// Writes what the step before left in memory as a report file.
const fs = require("fs");

const table = (title, rows) =>
  [`## ${title}`, "", "| | |", "|---|---:|", ...rows.map(([name, value]) => `| ${name} | ${value} |`), ""].join("\n");

const report = [
  "# Revenue",
  "",
  `Total: **${money(revenue.total)}**`,
  "",
  table("By category", Object.entries(revenue.byCategory).map(([name, cents]) => [name, money(cents)])),
  table("By country", Object.entries(revenue.byCountry).map(([name, cents]) => [name, money(cents)])),
  table("Best customers", best.map((row) => [`${row.customer} (${row.orders} orders)`, money(row.cents)])),
].join("\n");

fs.mkdirSync("out", { recursive: true });
fs.writeFileSync("out/report.md", report);
steps.push("report");
console.log("wrote out/report.md, %d bytes", fs.statSync("out/report.md").size);
steps;
