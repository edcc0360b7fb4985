import { type Schema, Validator } from "@cfworker/json-schema";

interface Operation {
  readonly responses: Readonly<
    Record<string, { readonly content: Readonly<Record<string, { readonly schema: object }>> }>
  >;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: object;
}

/** The daemon's own OpenAPI document, to check its answers against. */
export class OpenapiCheck {
  private readonly validators = new Map<string, Validator>();

  constructor(private readonly document: Document) {}

  /** `METHOD /path/:param` of every operation, without the base path. */
  routes(): string[] {
    return Object.entries(this.document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${pathOf(path)}`),
    );
  }

  /** The error codes that the document gives the route, with their statuses. */
  codes(route: string): Map<string, number> {
    const codes = new Map<string, number>();
    for (const [status, { content }] of Object.entries(this.operation(route).responses)) {
      const examples = (content["application/json"] as { examples?: object })?.examples ?? {};
      for (const code of Object.keys(examples)) codes.set(code, Number(status));
    }
    return codes;
  }

  /** What is wrong with an answer of this status; empty when it is as documented. */
  flaws(route: string, status: number, body: unknown): string[] {
    const response = this.operation(route).responses[status];
    if (!response) return [`${route}: status ${status} is not documented`];
    const key = `${route} ${status}`;
    let validator = this.validators.get(key);
    if (!validator) {
      const json = response.content["application/json"];
      if (!json) return body === undefined ? [] : [`${route}: ${status} is documented as a file`];
      const { schema } = json;
      const whole = { ...schema, components: this.document.components } as Schema;
      validator = new Validator(whole, "2020-12", false);
      this.validators.set(key, validator);
    }
    return validator
      .validate(body)
      .errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`);
  }

  private operation(route: string): Operation {
    const [method = "", path = ""] = route.split(" ");
    const found = Object.entries(this.document.paths).find(([key]) => pathOf(key) === path);
    const operation = found?.[1][method.toLowerCase()];
    if (!operation) throw new Error(`the OpenAPI document has no ${route}`);
    return operation;
  }
}

const pathOf = (path: string) => path.replace("/api/v1", "").replace(/\{(\w+)\}/g, ":$1");
