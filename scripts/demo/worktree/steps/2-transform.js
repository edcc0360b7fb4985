// Reads the orders back and shapes them with lodash; the result stays in the session's memory.
const database = require("database");

const rows = database.query(
  "SELECT customer_id, country, category, quantity * unit_cents AS cents FROM orders WHERE status IN ('paid', 'shipped')",
);

var revenue = {
  total: _.sumBy(rows, "cents"),
  byCategory: _.mapValues(_.groupBy(rows, "category"), (group) => _.sumBy(group, "cents")),
  byCountry: _.mapValues(_.groupBy(rows, "country"), (group) => _.sumBy(group, "cents")),
};
var best = _(rows)
  .groupBy("customer_id")
  .map((group, customer) => ({ customer, orders: group.length, cents: _.sumBy(group, "cents") }))
  .orderBy(["cents", "customer"], ["desc", "asc"])
  .take(5)
  .value();

steps.push("transform");
console.log("%d paid orders, revenue %s", rows.length, money(revenue.total));
best;
