const check = (what, ok) => {
  if (!ok) throw new Error(`ES2017: ${what}`);
};
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const sum = async (...values) => {
  let total = 0;
  for (const value of values) {
    await wait(0);
    total += await value;
  }
  return total;
};
check("async functions", (await sum(1, Promise.resolve(2))) === 3);
check(
  "async errors",
  await (async () => {
    throw new Error("x");
  })().catch((e) => e.message === "x"),
);
check(
  "async methods",
  (await new (class {
    async m() {
      return 1;
    }
  })().m()) === 1,
);
check(
  "Object.values and entries",
  same(Object.values({ a: 1 }), [1]) && same(Object.entries({ a: 1 }), [["a", 1]]),
);
check(
  "Object.getOwnPropertyDescriptors",
  Object.getOwnPropertyDescriptors({
    get a() {
      return 1;
    },
  }).a.set === undefined,
);
check("padding", "5".padStart(3, "0") === "005" && "5".padEnd(2) === "5 ");
check("trailing commas", ((a, b) => a + b)(1, 2) === 3);
check("shared memory", new Int32Array(new SharedArrayBuffer(4)).length === 1);
("ES2017");
