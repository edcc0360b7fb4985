import { expect, test } from "bun:test";
import { ServerTiming } from "../../src/http/server-timing.ts";

const request = (headers: Record<string, string>) => new Request("http://localhost/", { headers });

test("only who asks is told where the time went", () => {
  expect(ServerTiming.of(request({}))).toBeUndefined();
  expect(ServerTiming.of(request({ "server-timing": "?0" }))).toBeUndefined();
  expect(ServerTiming.of(request({ "server-timing": "?1" }))).toBeDefined();
});

test("the spans come in their order, between what is left of them and the whole", () => {
  const timing = ServerTiming.of(request({ "server-timing": "?1" }))!;
  timing.take("queue", 0.25);
  timing.take("commit", 1);
  const headers = new Headers();
  timing.write(headers);
  expect(headers.get("server-timing")).toMatch(
    /^http;dur=[\d.]+, queue;dur=0\.250, commit;dur=1\.000, total;dur=[\d.]+$/,
  );
});
