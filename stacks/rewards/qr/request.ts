import { CAPACITY_BYTES, ERROR_CORRECTION, type ErrorCorrection } from "./draw";

/**
 * What a QR code tells the phone that scans it: who to match with, or which encounter to confirm. It says so and proves nothing; the users
 * domain checks both people.
 */
export type QrContent =
  | { readonly kind: "profile"; readonly userId: string; readonly displayName: string }
  | { readonly kind: "encounter"; readonly userId: string; readonly encounterId: string };

export interface QrRequest {
  /** What stands in the symbol: {@link QrContent} as JSON. */
  readonly text: string;
  readonly errorCorrection: ErrorCorrection;
}

/** The request is wrong, and its sender is told how. */
export class RequestError extends Error {}

const ID = /^[A-Za-z0-9_-]{1,64}$/;
const FIELDS = {
  profile: ["kind", "userId", "displayName", "errorCorrection"],
  encounter: ["kind", "userId", "encounterId", "errorCorrection"],
} as const;
const LONGEST_NAME = 100;

/** Reads a request's body: a `profile` or an `encounter`, and the level of error correction (`M` unless told). */
export function readRequest(body: string): QrRequest {
  const fields = parse(body);
  const { kind, errorCorrection = "M" } = fields;
  demand(kind === "profile" || kind === "encounter", "kind: give profile or encounter.");
  const known: readonly string[] = FIELDS[kind];
  const unknown = Object.keys(fields).find((field) => !known.includes(field));
  demand(unknown === undefined, `${unknown}: a request of kind ${kind} has no such field.`);
  const level = ERROR_CORRECTION.find((one) => one === errorCorrection);
  demand(level !== undefined, `errorCorrection: give ${ERROR_CORRECTION.join(", ")}, or leave it out.`);

  const userId = id(fields, "userId");
  const content: QrContent =
    kind === "profile"
      ? { kind, userId, displayName: displayName(fields) }
      : { kind, userId, encounterId: id(fields, "encounterId") };
  const text = JSON.stringify(content);
  const bytes = Buffer.byteLength(text);
  demand(
    bytes <= CAPACITY_BYTES[level],
    `The code would hold ${bytes} bytes, and holds ${CAPACITY_BYTES[level]} with errorCorrection ${level}.`,
  );
  return { text, errorCorrection: level };
}

function parse(body: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    throw new RequestError("The body is no JSON.");
  }
  demand(typeof parsed === "object" && parsed !== null && !Array.isArray(parsed), "The body is no JSON object.");
  return { ...parsed };
}

function id(fields: Record<string, unknown>, field: string): string {
  const value = fields[field];
  demand(
    typeof value === "string" && ID.test(value),
    `${field}: give 1 to 64 letters, digits, hyphens and underscores.`,
  );
  return value;
}

function displayName({ displayName: name }: Record<string, unknown>): string {
  const isText = typeof name === "string" && name.trim() !== "" && [...name].length <= LONGEST_NAME;
  // A lone surrogate has no UTF-8, and a control character no place in a name.
  demand(isText && !/[\p{Cc}\p{Cs}]/u.test(name), `displayName: give 1 to ${LONGEST_NAME} characters.`);
  return name;
}

function demand(holds: boolean, message: string): asserts holds {
  if (!holds) throw new RequestError(message);
}
