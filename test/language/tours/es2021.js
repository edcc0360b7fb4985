const check = (what, ok) => {
  if (!ok) throw new Error(`ES2021: ${what}`);
};
let a = null;
let b = 1;
let c = 0;
a ??= 5;
b &&= 6;
c ||= 7;
check("logical assignment", a === 5 && b === 6 && c === 7);
check("numeric separators", 1_000_000 === 1e6 && 0xff_ff === 65535 && 1_0n === 10n);
check(
  "replaceAll",
  "a.b.c".replaceAll(".", "-") === "a-b-c" && "aa".replaceAll(/a/g, (m, i) => i) === "01",
);
check("Promise.any", (await Promise.any([Promise.reject(1), 2])) === 2);
check(
  "AggregateError",
  await Promise.any([Promise.reject(1)]).catch(
    (e) => e instanceof AggregateError && e.errors[0] === 1,
  ),
);
check("WeakRef", new WeakRef(globalThis).deref() === globalThis);
check("FinalizationRegistry", new FinalizationRegistry(() => {}).register({}, 1) === undefined);
("ES2021");
