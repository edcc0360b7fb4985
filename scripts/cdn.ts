#!/usr/bin/env bun
/**
 * A mirror of the CDN on this machine, for set-ups that reach the npm registry and nothing else:
 *
 *     bun scripts/cdn.ts      prints its URL; give it as VM_SYSTEM_CDN_URL or --cdn-url
 */
import { Cdn } from "../test/harness/cdn.ts";

const cdn = await Cdn.start();
console.log(`serving npm packages as the CDN does on ${cdn.url}`);
