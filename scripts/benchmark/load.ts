import { assertSuccess, type Daemon } from "./daemon.ts";

export interface Load {
  readonly perSecond: number;
  readonly times: readonly number[];
}

/**
 * So many clients at the same time, each with a connection and requests of its own that it sends one
 * after another: no two clients meet in a session.
 */
export async function clients(
  daemon: Daemon,
  count: number,
  requests: readonly Uint8Array[],
  ms: number,
): Promise<Load> {
  const times: number[] = [];
  const startMs = performance.now();
  const endMs = startMs + ms;
  await Promise.all(
    Array.from({ length: count }, async (_, client) => {
      const own = requests.filter((_, i) => i % count === client);
      const connection = await daemon.connect();
      for (let i = 0; performance.now() < endMs; i++) {
        const sentMs = performance.now();
        const answer = await connection.send(own[i % own.length] as Uint8Array);
        times.push(performance.now() - sentMs);
        assertSuccess("repl", answer);
      }
      connection.close();
    }),
  );
  return { perSecond: (times.length * 1000) / (performance.now() - startMs), times };
}
