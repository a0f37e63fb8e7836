import type { JsonSchema } from "../../../components/messaging/event-bus";

/** A random id that says nothing about the user: what events, tables and answers are joined by. */
export const id: JsonSchema = {
  type: "string",
  pattern: "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
};

export const instant: JsonSchema = { type: "string", format: "date-time" };

export const name: JsonSchema = { type: "string", pattern: "^[a-z](-?[a-z0-9])*$", maxLength: 24 };

/** How the client waits: for its webhook, or on an open connection. */
export const mode: JsonSchema = { type: "string", enum: ["asynchronous", "synchronous"] };

/** An object that has these properties and no other: what no contract names can not be sent by mistake. */
export function closed(properties: Readonly<Record<string, JsonSchema>>, optional: readonly string[] = []): JsonSchema {
  return {
    type: "object",
    required: Object.keys(properties).filter((property) => !optional.includes(property)),
    additionalProperties: false,
    properties,
  };
}

/** What every event of one request carries. */
export const request = { requestId: id, client: name, mode };
