// A Map whose methods loop.
// expect: status=ok
// preview: /Map\(1\) \[Map\] \{ 'a' => 1 \}|M\(1\) \[Map\] \{ 'a' => 1 \}/
class M extends Map { entries() { for (;;); } [Symbol.iterator]() { for (;;); } get size() { for (;;); } forEach() { for (;;); } }
const m = new M();
m.set('a', 1);
m;
