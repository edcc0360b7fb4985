import { embedBase } from "./embed-base.ts" with { type: "macro" };

/** The program's base image in base64; "" in a program that runs from source. */
export const EMBEDDED_BASE: string = embedBase();
