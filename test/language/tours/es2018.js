const check = (what, ok) => {
  if (!ok) throw new Error(`ES2018: ${what}`);
};
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const { a, ...others } = { a: 1, b: 2, c: 3 };
check("object rest and spread", same({ ...others, a }, { b: 2, c: 3, a: 1 }));
const collect = async (source) => {
  const all = [];
  for await (const item of source) all.push(item);
  return all;
};
check(
  "async generators",
  same(
    await collect(
      (async function* () {
        yield 1;
        yield Promise.resolve(2);
      })(),
    ),
    [1, 2],
  ),
);
check("for await of promises", same(await collect([Promise.resolve("a"), "b"]), ["a", "b"]));
let settled = 0;
await Promise.reject(1)
  .finally(() => settled++)
  .catch(() => settled++);
check("Promise.prototype.finally", settled === 2);
check(
  "named groups",
  "2018-06".match(/(?<year>\d{4})-(?<month>\d\d)/).groups.month === "06" &&
    "a-b".replace(/(?<x>a)-(?<y>b)/, "$<y>$<x>") === "ba",
);
check(
  "lookbehind",
  "€42 $7".match(/(?<=€)\d+/)[0] === "42" && "€42 $7".match(/(?<!€|\d)\d+/)[0] === "7",
);
check("dotAll", /a.b/s.test("a\nb"));
check("Unicode properties", /^\p{Lu}\p{Script=Greek}$/u.test("Aβ"));
check("loose template escapes", ((strings) => strings[0] === undefined)`\unicode`);
("ES2018");
