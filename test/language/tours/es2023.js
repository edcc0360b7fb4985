#!/usr/bin/env vm-system
const check = (what, ok) => {
  if (!ok) throw new Error(`ES2023: ${what}`);
};
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const list = [3, 1, 2];
check(
  "copies",
  same(list.toSorted(), [1, 2, 3]) &&
    same(list.toReversed(), [2, 1, 3]) &&
    same(list.toSpliced(0, 1, 9, 8), [9, 8, 1, 2]) &&
    same(list.with(0, 0), [0, 1, 2]) &&
    same(list, [3, 1, 2]),
);
check(
  "copies of typed arrays",
  same([...new Uint8Array([2, 1]).toSorted()], [1, 2]) &&
    new Uint8Array([2, 1]).with(0, 5)[0] === 5,
);
check("findLast", list.findLast((n) => n > 1) === 2 && list.findLastIndex((n) => n > 2) === 0);
check("symbols as weak keys", new WeakMap([[Symbol("k"), 1]]) instanceof WeakMap);
("ES2023");
