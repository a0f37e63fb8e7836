import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv, { type ErrorObject, type SchemaObject, type ValidateFunction } from "ajv";
import type { Recording, RecordedResource } from "../../simulator";
import { ruleProblems } from "./kubernetes-rules";

interface SchemaTable {
  readonly sources: readonly string[];
  readonly sha256: string;
  /** `apps/v1 Deployment` -> definition. */
  readonly kinds: Readonly<Record<string, string>>;
  readonly definitions: Readonly<Record<string, SchemaObject>>;
}

const TYPE = "kubernetes:";
const QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity";
const INT_OR_STRING = "io.k8s.apimachinery.pkg.util.intstr.IntOrString";

let table: SchemaTable | undefined;
let validators: Ajv | undefined;
const compiled = new Map<string, ValidateFunction>();

/** Kubernetes' own schemas; `bin/kubernetes-schemas.mjs` makes them anew. */
export function schemaTable(): SchemaTable {
  table ??= JSON.parse(readFileSync(join(__dirname, "kubernetes-schemas.json"), "utf8")) as SchemaTable;
  return table;
}

/** Of what the table says, for `sha256`. */
export function schemaDigest({ kinds, definitions }: SchemaTable): string {
  return createHash("sha256").update(JSON.stringify({ kinds, definitions })).digest("hex");
}

/** What is wrong with a manifest, as `kubectl apply --validate=strict` would say: a field that there is not is an error too. */
export function manifestProblems(manifest: Readonly<Record<string, unknown>>): string[] {
  const kind = `${String(manifest.apiVersion)} ${String(manifest.kind)}`;
  const id = schemaTable().kinds[kind];
  if (id === undefined) return [`${kind}: no schema; add the kind to bin/kubernetes-schemas.mjs`];
  const validate = validatorOf(id);
  if (validate(manifest)) return [];
  return (validate.errors ?? []).map((error) => `${kind}${error.instancePath} ${explained(error)}`);
}

/** Every object of a cluster that a program makes, as it would be sent. */
export function manifestsOf(recording: Recording): RecordedResource[] {
  return recording.resources.filter(({ type, custom }) => custom && type.startsWith(TYPE));
}

/** What is wrong with any manifest of a program, and how many were looked at. */
export function checkManifests(recording: Recording): { readonly count: number; readonly problems: string[] } {
  const manifests = manifestsOf(recording);
  const problems = manifests.flatMap((manifest) => [
    ...manifestProblems(manifest.inputs).map((problem) => `${manifest.name}: ${problem}`),
    ...ruleProblems(manifest),
  ]);
  return { count: manifests.length, problems };
}

function validatorOf(id: string): ValidateFunction {
  let validate = compiled.get(id);
  if (validate === undefined) {
    validators ??= strictValidators();
    validate = validators.compile({ $ref: `kubernetes#/definitions/${id}` });
    compiled.set(id, validate);
  }
  return validate;
}

function strictValidators(): Ajv {
  const ajv = new Ajv({ allErrors: true, allowUnionTypes: true, formats: formats() });
  const definitions = Object.fromEntries(
    Object.entries(schemaTable().definitions).map(([id, schema]) => [id, strict(schema)]),
  );
  // Published as strings, but numbers are taken too, and not every string is.
  definitions[QUANTITY] = {
    type: ["string", "number"],
    pattern: "^[+-]?(\\d+|\\d+\\.\\d*|\\.\\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\\d+)?$",
  };
  definitions[INT_OR_STRING] = { type: ["string", "integer"] };
  ajv.addSchema({ $id: "kubernetes", definitions });
  return ajv;
}

/** Fields that a schema does not name are errors. */
function strict(schema: SchemaObject): SchemaObject {
  const result: SchemaObject = { ...schema };
  for (const key of ["items", "additionalProperties"]) {
    if (typeof result[key] === "object") result[key] = strict(result[key] as SchemaObject);
  }
  if (result.properties === undefined) return result;
  const fields = Object.entries(result.properties as Record<string, SchemaObject>);
  return {
    additionalProperties: false,
    ...result,
    properties: Object.fromEntries(fields.map(([name, field]) => [name, strict(field)])),
  };
}

const between = (least: number, most: number) => ({
  type: "number" as const,
  validate: (value: number) => Number.isInteger(value) && value >= least && value <= most,
});

function formats(): Record<string, ReturnType<typeof between> | true> {
  return {
    int32: between(-(2 ** 31), 2 ** 31 - 1),
    int64: between(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
    double: true,
    byte: true,
    "date-time": true,
    "int-or-string": true,
  };
}

function explained({ keyword, message, params }: ErrorObject): string {
  if (keyword !== "additionalProperties") return message ?? keyword;
  return `has no field ${String(params.additionalProperty)}`;
}
