export interface ServerSentEvent {
  readonly type: string;
  readonly data: string;
}

/** What the daemon's event streams hold: `event` and `data` lines; ids are in the data, comments are dropped. */
export async function* readServerSentEvents(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<ServerSentEvent> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    const frames = (rest + decoder.decode(chunk, { stream: true })).split("\n\n");
    rest = frames.pop() ?? "";
    for (const frame of frames) {
      const event = parseFrame(frame);
      if (event) yield event;
    }
  }
}

function parseFrame(frame: string): ServerSentEvent | undefined {
  const data: string[] = [];
  let type = "message";
  for (const line of frame.split("\n")) {
    if (line.startsWith("data: ")) data.push(line.slice(6));
    else if (line.startsWith("event: ")) type = line.slice(7);
  }
  return data.length === 0 ? undefined : { type, data: data.join("\n") };
}
