import { Strict, Type, Uuid } from "../core/schema.ts";

/** A module or a library was taken from a template; `name` as it was stored. */
export const NameRemoved = Strict(
  { status: Type.Literal("ok"), template_id: Uuid, name: Type.String() },
  { $id: "NameRemoved" },
);
