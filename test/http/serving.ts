import { listen } from "../../src/http/listen.ts";
import { fakeRunner } from "../harness/fake-runner.ts";
import { type InProcessTarget, inProcessTarget } from "../harness/target.ts";

export interface Serving extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly target: InProcessTarget;
  /** Sends bytes as they are and gives what comes back until the connection closes. */
  raw(text: string): Promise<string>;
}

/** The app on a socket of its own. */
export function serving(options: Parameters<typeof inProcessTarget>[1] = {}): Serving {
  const target = inProcessTarget(fakeRunner(), options);
  const listening = listen(target.app, { hostname: "127.0.0.1", port: 0 });
  return {
    url: `http://127.0.0.1:${listening.port}`,
    port: listening.port,
    target,
    raw: (text) => exchange(listening.port, text),
    async [Symbol.asyncDispose]() {
      await listening.stop(true);
      await target[Symbol.asyncDispose]();
    },
  };
}

async function exchange(port: number, text: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let answer = "";
  await Bun.connect({
    hostname: "127.0.0.1",
    port,
    socket: {
      open: (socket) => void socket.write(text),
      data: (_, bytes) => {
        answer += bytes.toString();
      },
      close: () => resolve(answer),
      error: (_, error) => reject(error),
    },
  });
  return promise;
}
