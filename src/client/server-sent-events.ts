export interface ServerSentEvent {
  readonly type: string;
  readonly data: string;
}

/** What the daemon's event streams hold: `event` and `data` lines; ids are in the data, comments are dropped. */
export async function* readServerSentEvents(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<ServerSentEvent> {
  const decoder = new TextDecoder();
  /** Of a frame that has not ended: joined once, for a large one comes in a thousand pieces. */
  let parts: string[] = [];
  const ended = (last: string) => {
    const frame = parts.join("") + last;
    parts = [];
    return parseFrame(frame);
  };
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    let text = decoder.decode(chunk, { stream: true });
    // The end itself may come in two pieces.
    if (text.startsWith("\n") && parts.at(-1)?.endsWith("\n")) {
      const event = ended("");
      if (event) yield event;
      text = text.slice(1);
    }
    const frames = text.split("\n\n");
    const rest = frames.pop() ?? "";
    for (const frame of frames) {
      const event = ended(frame);
      if (event) yield event;
    }
    if (rest !== "") parts.push(rest);
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
