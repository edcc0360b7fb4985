/** One package at work: what is written, and what must come of it. */
export interface PackageUse {
  readonly name: string;
  readonly imports: string;
  /** An expression; it may await. */
  readonly does: string;
  readonly gives: unknown;
  /** Whether `require` gives a CommonJS build of it too, and the same with it. */
  readonly required?: string;
}

export const PACKAGE_USES: readonly PackageUse[] = [
  {
    name: "lodash-es",
    imports: `import { chunk, groupBy, debounce, template } from "lodash-es";`,
    does: `[chunk([1, 2, 3], 2), groupBy([1.2, 1.8, 2.1], Math.floor), typeof debounce(() => {}), template("hello <%= who %>")({ who: "you" })]`,
    gives: [[[1, 2], [3]], { "1": [1.2, 1.8], "2": [2.1] }, "function", "hello you"],
  },
  {
    name: "lodash-es/sortBy.js",
    imports: `import sortBy from "lodash-es/sortBy.js";`,
    does: `sortBy([{ n: 2 }, { n: 1 }], "n")`,
    gives: [{ n: 1 }, { n: 2 }],
  },
  {
    name: "zod",
    imports: `import { z } from "zod";`,
    does: `(() => {
      const user = z.object({ name: z.string().min(2), age: z.number().int().optional(), mail: z.email() });
      const good = user.parse({ name: "Ada", mail: "ada@example.com" });
      const bad = user.safeParse({ name: "A", age: 1.5, mail: "no" });
      return [good, bad.success, bad.error.issues.map((issue) => issue.path.join("."))];
    })()`,
    gives: [{ name: "Ada", mail: "ada@example.com" }, false, ["name", "age", "mail"]],
    required: `const { z } = require("zod");`,
  },
  {
    name: "date-fns",
    imports: `import { addDays, differenceInCalendarDays, format, formatDistance, parseISO } from "date-fns";`,
    does: `[
      format(new Date(2024, 1, 29, 13, 5), "yyyy-MM-dd HH:mm EEEE"),
      format(addDays(new Date(2024, 1, 28), 2), "do MMM"),
      differenceInCalendarDays(parseISO("2024-03-01"), parseISO("2024-02-01")),
      formatDistance(new Date(2024, 0, 1), new Date(2024, 0, 4), { addSuffix: true }),
    ]`,
    gives: ["2024-02-29 13:05 Thursday", "1st Mar", 29, "3 days ago"],
    required: `const { addDays, differenceInCalendarDays, format, formatDistance, parseISO } = require("date-fns");`,
  },
  {
    name: "mathjs",
    imports: `import { create, all } from "mathjs";`,
    does: `(() => {
      const math = create(all);
      return [
        math.evaluate("sqrt(3^2 + 4^2)"),
        math.det([[1, 2], [3, 4]]),
        math.format(math.evaluate("2 inch to cm"), { precision: 6 }),
        math.derivative("x^2 + x", "x").toString(),
        math.bignumber("0.1").plus("0.2").toString(),
      ];
    })()`,
    gives: [5, -2, "5.08 cm", "2 * x + 1", "0.3"],
    required: `const { create, all } = require("mathjs");`,
  },
  {
    name: "papaparse",
    imports: `import Papa from "papaparse";`,
    does: `[Papa.parse('a,b\\n1,"x, y"\\n', { header: true, skipEmptyLines: true }).data, Papa.unparse([{ a: 1, b: 'say "hi"' }])]`,
    gives: [[{ a: "1", b: "x, y" }], 'a,b\r\n1,"say ""hi"""'],
    required: `const Papa = require("papaparse");`,
  },
  {
    name: "marked",
    imports: `import { marked } from "marked";`,
    does: `marked.parse("# Hi *there*\\n\\n- a\\n- b\\n")`,
    gives: "<h1>Hi <em>there</em></h1>\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n",
  },
  {
    name: "ajv",
    imports: `import Ajv from "ajv";`,
    does: `(() => {
      const Maker = Ajv.default ?? Ajv;
      const check = new Maker({ allErrors: true }).compile({
        type: "object",
        properties: { n: { type: "integer", minimum: 1 }, tags: { type: "array", items: { type: "string" } } },
        required: ["n"],
        additionalProperties: false,
      });
      return [check({ n: 1, tags: ["a"] }), check({ n: 0, x: 1 }), check.errors.map((error) => error.keyword)];
    })()`,
    gives: [true, false, ["additionalProperties", "minimum"]],
    required: `const Ajv = require("ajv");`,
  },
  {
    name: "immer",
    imports: `import { produce } from "immer";`,
    does: `(() => {
      const before = { list: [{ done: false }], other: {} };
      const after = produce(before, (draft) => { draft.list[0].done = true; draft.list.push({ done: false }) });
      return [before.list.length, after.list, before.other === after.other, Object.isFrozen(after)];
    })()`,
    gives: [1, [{ done: true }, { done: false }], true, true],
    required: `const { produce } = require("immer");`,
  },
  {
    name: "rxjs",
    imports: `import { interval, of, lastValueFrom, map, filter, reduce, take, toArray, mergeMap, delay } from "rxjs";`,
    does: `[
      await lastValueFrom(of(1, 2, 3, 4).pipe(filter((n) => n % 2 === 0), map((n) => n * 10), reduce((a, b) => a + b, 0))),
      await lastValueFrom(interval(1).pipe(take(3), toArray())),
      await lastValueFrom(of("a", "b").pipe(mergeMap((t) => of(t + "!").pipe(delay(1))), toArray())),
    ]`,
    gives: [60, [0, 1, 2], ["a!", "b!"]],
    required: `const { interval, of, lastValueFrom, map, filter, reduce, take, toArray, mergeMap, delay } = require("rxjs");`,
  },
  {
    name: "handlebars",
    imports: `import Handlebars from "handlebars";`,
    does: `(() => {
      Handlebars.registerHelper("loud", (text) => text.toUpperCase() + "!");
      return Handlebars.compile("{{#each people}}{{loud name}} {{#if admin}}(admin){{/if}};{{/each}}{{raw}}")({
        people: [{ name: "ada", admin: true }, { name: "bob" }],
        raw: "<b>",
      });
    })()`,
    gives: "ADA! (admin);BOB! ;&lt;b&gt;",
    required: `const Handlebars = require("handlebars");`,
  },
  {
    name: "acorn",
    imports: `import * as acorn from "acorn";`,
    does: `(() => {
      const program = acorn.parse("const f = async (x) => x ?? await y;", { ecmaVersion: "latest" });
      let failed;
      try { acorn.parse("1 +", { ecmaVersion: 2020 }) } catch (error) { failed = error.message }
      return [program.body[0].declarations[0].init.type, [...acorn.tokenizer("a+1", { ecmaVersion: 6 })].length, failed];
    })()`,
    gives: ["ArrowFunctionExpression", 3, "Unexpected token (1:3)"],
    required: `const acorn = require("acorn");`,
  },
  {
    name: "csv-parse/sync",
    imports: `import { parse } from "csv-parse/sync";`,
    does: `parse('id,name\\n1,"Ada, L."\\n2,Bob\\n', { columns: true, cast: true })`,
    gives: [
      { id: 1, name: "Ada, L." },
      { id: 2, name: "Bob" },
    ],
    required: `const { parse } = require("csv-parse/sync");`,
  },
  {
    name: "luxon",
    imports: `import { DateTime, Duration, Interval } from "luxon";`,
    does: `(() => {
      const at = DateTime.fromISO("2024-02-28T10:30:00Z", { zone: "utc" });
      return [
        at.plus({ days: 2 }).toISO(),
        at.toFormat("yyyy/MM/dd HH:mm"),
        at.weekNumber,
        Duration.fromObject({ minutes: 90 }).shiftTo("hours", "minutes").toObject(),
        Interval.fromDateTimes(at, at.plus({ months: 1 })).length("days"),
        DateTime.fromFormat("03.04.2024", "dd.MM.yyyy", { zone: "utc" }).toISODate(),
        at.setZone("utc+3").hour,
      ];
    })()`,
    gives: [
      "2024-03-01T10:30:00.000Z",
      "2024/02/28 10:30",
      9,
      { hours: 1, minutes: 30 },
      29,
      "2024-04-03",
      13,
    ],
    required: `const { DateTime, Duration, Interval } = require("luxon");`,
  },
  {
    name: "uuid",
    imports: `import { v4, v5, v7, validate, version } from "uuid";`,
    does: `[validate(v4()), version(v7()), v4() !== v4(), v5("hello", v5.DNS)]`,
    gives: [true, 7, true, "9342d47a-1bab-5709-9869-c840b2eac501"],
  },
  {
    name: "nanoid",
    imports: `import { nanoid, customAlphabet } from "nanoid";`,
    does: `[nanoid().length, nanoid() !== nanoid(), /^[ab]{5}$/.test(customAlphabet("ab", 5)())]`,
    gives: [21, true, true],
  },
];
