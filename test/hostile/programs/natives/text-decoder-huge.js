// Decoding for ever.
// expect: status=timeout|error
const bytes = new Uint8Array(1e6).fill(0xe2);
for (;;) new TextDecoder().decode(bytes);
