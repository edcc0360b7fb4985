const check = (what, ok) => {
  if (!ok) throw new Error(`ES2022: ${what}`);
};
class Counter {
  count = 0;
  #secret = 1;
  static made = 0;
  static #hidden = 2;
  static {
    Counter.made = Counter.#hidden + 1;
  }
  ["computed" + 1] = 3;
  get #twice() {
    return this.#secret * 2;
  }
  #add(n) {
    this.#secret += n;
    return this;
  }
  static isOne(value) {
    return #secret in value;
  }
  run() {
    return this.#add(2).#twice;
  }
}
const counter = new Counter();
check("fields", counter.count === 0 && counter.computed1 === 3);
check("private names", counter.run() === 6 && Counter.isOne(counter) && !Counter.isOne({}));
check("static blocks", Counter.made === 3);
check("top-level await", (await Promise.resolve(1)) === 1);
check("at", [1, 2].at(-1) === 2 && "ab".at(-1) === "b" && new Uint8Array([3]).at(-1) === 3);
check("Object.hasOwn", Object.hasOwn({ a: 1 }, "a") && !Object.hasOwn({}, "toString"));
check("error causes", new Error("x", { cause: "c" }).cause === "c");
check("match indices", "xab".match(/(?<n>a)b/d).indices.groups.n[0] === 1);
("ES2022");
