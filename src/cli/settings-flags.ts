import { DEFAULT_SETTINGS, Limits, Runtime, type SettingsPatch } from "../core/settings.ts";
import type { FlagDef, FlagDefs } from "./command.ts";

type LimitName = keyof typeof Limits.properties;
type RuntimeName = keyof typeof Runtime.properties;
const LIMITS = Object.keys(Limits.properties) as LimitName[];
const RUNTIME = Object.keys(Runtime.properties) as RuntimeName[];

const flagOf = (setting: string) => setting.replaceAll("_", "-");

/** Each limit and switch of a template as a flag, with its schema's bounds: `cpu_ms` is `--cpu-ms`. */
export const SETTINGS_FLAGS: FlagDefs = Object.fromEntries([
  ...LIMITS.map((name): [string, FlagDef] => {
    const { description, minimum, maximum } = Limits.properties[name];
    return [
      flagOf(name),
      {
        type: "string",
        valueHint: "N",
        description: `${description} (${DEFAULT_SETTINGS.limits[name]} in a new template)`,
        integer: { min: minimum ?? 0, max: maximum ?? Number.MAX_SAFE_INTEGER },
      },
    ];
  }),
  ...RUNTIME.map((name): [string, FlagDef] => {
    const { description } = Runtime.properties[name];
    const state = DEFAULT_SETTINGS.runtime[name] ? "on" : "off";
    return [
      flagOf(name),
      {
        type: "boolean",
        negatable: true,
        description: `${description} (${state} in a new template)`,
      },
    ];
  }),
]);

/** What the flags given say; undefined when none was given. */
export function settingsFrom(
  args: Readonly<Record<string, unknown>>,
  given: (flag: string) => boolean,
): SettingsPatch | undefined {
  const limits = Object.fromEntries(
    LIMITS.filter((name) => given(flagOf(name))).map((name) => [name, Number(args[flagOf(name)])]),
  );
  const runtime = Object.fromEntries(
    RUNTIME.filter((name) => given(flagOf(name))).map((name) => [
      name,
      args[flagOf(name)] === true,
    ]),
  );
  const patch = {
    ...(Object.keys(limits).length > 0 && { limits }),
    ...(Object.keys(runtime).length > 0 && { runtime }),
  };
  return Object.keys(patch).length > 0 ? patch : undefined;
}
