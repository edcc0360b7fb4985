const check = (what, ok) => {
  if (!ok) throw new Error(`ES2019: ${what}`);
};
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
check(
  "flat and flatMap",
  same([1, [2, [3]]].flat(Infinity), [1, 2, 3]) &&
    same(
      [1, 2].flatMap((n) => [n, n]),
      [1, 1, 2, 2],
    ),
);
check("Object.fromEntries", same(Object.fromEntries(new Map([["a", 1]])), { a: 1 }));
check("trimStart and trimEnd", " a ".trimStart() === "a " && " a ".trimEnd() === " a");
check(
  "optional catch binding",
  (() => {
    try {
      throw 1;
    } catch {
      return true;
    }
  })(),
);
check(
  "Symbol.prototype.description",
  Symbol("d").description === "d" && Symbol().description === undefined,
);
check(
  "stable sort",
  Array.from({ length: 600 }, (_, i) => ({ k: i % 3, i }))
    .sort((a, b) => a.k - b.k)
    .every((v, i, all) => i === 0 || all[i - 1].k < v.k || all[i - 1].i < v.i),
);
check("well-formed JSON.stringify", JSON.stringify("\ud800") === '"\\ud800"');
check("JSON superset", eval('"\u2028"') === "\u2028");
check(
  "Function.prototype.toString",
  function /* kept */ f() {}.toString() === "function /* kept */ f() {}",
);
("ES2019");
