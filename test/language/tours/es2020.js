const check = (what, ok) => {
  if (!ok) throw new Error(`ES2020: ${what}`);
};
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const user = {
  name: null,
  tags: ["a"],
  greet() {
    return this === user;
  },
};
check(
  "optional chaining",
  user?.missing?.deep === undefined &&
    user.tags?.[0] === "a" &&
    user.greet?.() &&
    user.none?.() === undefined,
);
check("nullish coalescing", (user.name ?? "d") === "d" && (0 ?? 1) === 0);
check(
  "BigInt",
  2n ** 64n === 18446744073709551616n &&
    BigInt.asUintN(8, 257n) === 1n &&
    typeof 1n === "bigint" &&
    5n / 2n === 2n &&
    1n < 2 &&
    BigInt("0x10") === 16n,
);
check("BigInt arrays", new BigUint64Array([2n ** 64n - 1n])[0] === 18446744073709551615n);
check(
  "Promise.allSettled",
  same(
    (await Promise.allSettled([1, Promise.reject(2)])).map((r) => r.status),
    ["fulfilled", "rejected"],
  ),
);
check("globalThis", globalThis === this || globalThis.Array === Array);
check(
  "matchAll",
  same(
    [..."a1b2".matchAll(/[a-z](\d)/g)].map((m) => m[1]),
    ["1", "2"],
  ),
);
check("dynamic import", (await import("./tour-module.mjs")).answer === 42);
check("import namespace", (await import("./tour-module.mjs")).everything.twice(2) === 4);
check("import.meta", (await import("./tour-module.mjs")).where.endsWith("tour-module.mjs"));
("ES2020");
