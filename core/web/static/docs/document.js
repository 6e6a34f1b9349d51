/** The OpenAPI document as the page reads it: its operations in order, and what references lead to. */

const METHODS = ["get", "post", "put", "patch", "delete"];
export const DOCUMENT = "/api/v1/openapi.json";

export async function load() {
  const answer = await fetch(DOCUMENT, { credentials: "same-origin", headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
  return new Document(await answer.json());
}

export class Document {
  constructor(told) {
    this.told = told;
    this.operations = Object.entries(told.paths).flatMap(([path, one]) =>
      METHODS.filter((method) => one[method]).map((method) => ({ ...one[method], method, path })));
    this.byId = new Map(this.operations.map((one) => [one.operationId, one]));
  }

  get guide() {
    return this.told.info.description ?? "";
  }

  /** [{ name, description, operations }] of what a search finds: all its words, anywhere in an operation. */
  groups(search = "") {
    const words = search.toLowerCase().split(/\s+/).filter(Boolean);
    const found = this.operations.filter((one) => words.every((word) => spoken(one).includes(word)));
    return this.told.tags
      .map((tag) => ({ ...tag, operations: found.filter((one) => one.tags.includes(tag.name)) }))
      .filter(({ operations }) => operations.length);
  }

  /** What a node says, wherever it is kept. */
  resolve(node) {
    if (!node?.$ref) return node;
    return node.$ref.slice(2).split("/").reduce((at, part) => at[part], this.told);
  }

  parameters(operation) {
    return (operation.parameters ?? []).map((one) => this.resolve(one));
  }

  /** [[status, answer]], the good ones first. */
  answers(operation) {
    return Object.entries(operation.responses).map(([status, answer]) => [status, this.resolve(answer)]);
  }
}

/** The name of the schema that a reference names, for the reader. */
export const schemaName = (schema) => schema?.$ref?.split("/").pop().replace(/^Listing_(.+)_$/, "Listing of $1");

/** { type, example, schema } of a body or an answer; undefined when it has none. */
export function content(part) {
  const [type, media] = Object.entries(part?.content ?? {})[0] ?? [];
  return type && { type, example: media.example, schema: media.schema };
}

const spoken = (one) => [one.method, one.path, one.summary, one.description, one["x-permission"], one.operationId, ...one.tags]
  .join(" ").toLowerCase();
