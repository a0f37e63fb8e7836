import assert from "node:assert/strict";
import { record, type RecordedResource, type RecordOptions, type Recording } from "../../simulator";

/** Records a program under test in stack `test` and fails on any problem the recorder found. */
export async function recordProgram(program: () => unknown, options: Partial<RecordOptions> = {}): Promise<Recording> {
  const recording = await record(program, {
    project: "palisade",
    stack: "test",
    config: { "aws:region": "eu-west-1" },
    ...options,
  });
  assert.deepEqual(recording.problems, []);
  return recording;
}

/** Resources of one type; at least one unless told otherwise. */
export function ofType(recording: Recording, type: string, atLeast = 1): RecordedResource[] {
  const found = recording.resources.filter((resource) => resource.type === type);
  assert.ok(found.length >= atLeast, `expected at least ${atLeast} of ${type}, got ${found.length}`);
  return found;
}

/** The one resource with this logical name (and type, where two types share a name). */
export function named(recording: Recording, name: string, type?: string): RecordedResource {
  const found = recording.resources.filter((r) => r.name === name && (type === undefined || r.type === type));
  assert.equal(found.length, 1, `expected one resource named ${name}, got ${found.length}`);
  return found[0]!;
}

/** A policy document's statements, from a JSON string input. */
export function statements(json: unknown): Array<Record<string, unknown>> {
  assert.equal(typeof json, "string");
  const document: { Statement: Array<Record<string, unknown>> } = JSON.parse(String(json));
  return document.Statement;
}
