import { expect, test } from "bun:test";
import { readServerSentEvents, type ServerSentEvent } from "../../src/client/server-sent-events.ts";

async function read(text: string, chunkBytes: number): Promise<ServerSentEvent[]> {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.subarray(at, at + chunkBytes));
      at += chunkBytes;
    },
  });
  return Array.fromAsync(readServerSentEvents(body));
}

test("events come whole, however the stream is cut", async () => {
  const text = `id: 1\nevent: console\ndata: {"text":"ü\\n"}\n\n: heartbeat\n\ndata: 2\n\nevent: end\ndata: {}\n\n`;
  for (let chunkBytes = 1; chunkBytes <= text.length + 1; chunkBytes++) {
    expect(await read(text, chunkBytes)).toEqual([
      { type: "console", data: '{"text":"ü\\n"}' },
      { type: "message", data: "2" },
      { type: "end", data: "{}" },
    ]);
  }
});

test("an event of any size is read in a time that grows with it", async () => {
  const cpuMs = async (megabytes: number) => {
    const before = process.cpuUsage();
    const [event] = await read(`data: ${"x".repeat(megabytes * 1024 * 1024)}\n\n`, 64 * 1024);
    expect(event?.data.length).toBe(megabytes * 1024 * 1024);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  await cpuMs(1);
  // Sixteen times as much; 256 times if each piece had all before it looked at again.
  expect((await cpuMs(32)) / (await cpuMs(2))).toBeLessThan(50);
});
