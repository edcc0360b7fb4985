const check = (what, ok) => {
  if (!ok) throw new Error(`ES2016: ${what}`);
};
check(
  "exponentiation",
  2 ** (3 ** 2) === 512 &&
    (() => {
      let x = 3;
      x **= 2;
      return x === 9;
    })(),
);
check(
  "includes",
  [1, NaN].includes(NaN) && !["a"].includes("a", 1) && new Uint8Array([1]).includes(1),
);
("ES2016");
