// Writes src/api/words.ts: the enums of docs/openapi.json and the longest texts it takes, as values; openapi-typescript has
// types alone. `--check` writes nothing and fails when the file is not what the document says.
import { readFileSync, writeFileSync } from "node:fs";

const file = new URL("../src/api/words.ts", import.meta.url);
const { components } = JSON.parse(readFileSync(new URL("../../docs/openapi.json", import.meta.url), "utf8"));
const schemas = Object.entries(components.schemas);

/** `StreamName` -> `STREAM_NAME`. */
const constant = (name) => name.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();

const enums = schemas
  .filter(([, schema]) => schema.type === "string" && schema.enum)
  .map(([name, schema]) => `export const ${constant(name)} = ${JSON.stringify(schema.enum).replaceAll(",", ", ")} as const satisfies readonly Schema<"${name}">[];\n`);

const lengths = schemas.flatMap(([name, { properties = {} }]) => {
  const longest = Object.entries(properties).filter(([, property]) => property.maxLength).map(([field, property]) => `${field}: ${property.maxLength}`);
  return longest.length === 0 ? [] : [`  ${name}: { ${longest.join(", ")} },\n`];
});

const needs = Object.entries(components.schemas.Action["x-needs"]).map(([action, input]) => `  ${action}: ${JSON.stringify(input)},\n`);

const steps = Object.entries(components.schemas.Action["x-steps"]).map(([action, { event, transitions }]) => {
  const each = transitions.map(({ who, from, to, when }) => `{ who: "${who}", from: ${JSON.stringify(from).replaceAll(",", ", ")}, to: ${JSON.stringify(to)}, when: "${when}" }`);
  return `  ${action}: { event: "${event}", transitions: [${each.join(", ")}] },\n`;
});

const text = `// Generated from docs/openapi.json by scripts/words.mjs (\`npm run api\`). Not to be edited.
import type { components } from "./schema";

type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];

${enums.join("")}
/** The input that each action needs, or takes if one likes. */
export const ACTION_NEEDS = {
${needs.join("")}} as const satisfies Record<Schema<"Action">, keyof Schema<"ActionBody"> | null>;

/** A transition of the state table: managers and admins may take it whoever \`who\` is; \`to\` is null where the state stays. */
export interface Transition {
  readonly who: "manager" | "requester" | "technician" | "assignee";
  readonly from: readonly Schema<"Status">[];
  readonly to: Schema<"Status"> | null;
  readonly when: "always" | "closed_lately" | "not_theirs";
}

/** What each action makes of a request: the state table of the server. */
export const ACTION_STEPS = {
${steps.join("")}} as const satisfies Record<Schema<"Action">, { readonly event: Schema<"EventBody">["kind"]; readonly transitions: readonly Transition[] }>;

/** The longest text that each input of a schema takes, in characters as the server counts them. */
export const MAX_LENGTH = {
${lengths.join("")}} as const;
`;

if (!process.argv.includes("--check")) writeFileSync(file, text);
else if (readFileSync(file, "utf8") !== text) {
  console.error("src/api/words.ts is not what docs/openapi.json says: `npm run api`");
  process.exit(1);
}
