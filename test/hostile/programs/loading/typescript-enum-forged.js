// Enum members with odd names and values.
// expect: status=ok|error
// as: main.ts
enum E { 'a"];globalThis.forged=1;["' = 1, B = 'x'.length, __proto__ = 3 }
typeof (globalThis as any).forged + Object.keys(E).length;
