import assert from "node:assert/strict";
import type { RecordedResource, Recording } from "../../simulator";
import { ofType, statements } from "./record";

/** Answers questions about one recorded stack by URN, so that a test does not search the whole list again and again. */
export class StackRecording {
  private readonly byUrn: ReadonlyMap<string, RecordedResource>;

  constructor(readonly recording: Recording) {
    assert.deepEqual(recording.problems, []);
    this.byUrn = new Map(recording.resources.map((resource) => [resource.urn, resource]));
  }

  get resources(): readonly RecordedResource[] {
    return this.recording.resources;
  }

  get(urn: string): RecordedResource | undefined {
    return this.byUrn.get(urn);
  }

  /** All that stands under the component of this name, itself excluded. */
  under(component: string): RecordedResource[] {
    return this.resources.filter((resource) => {
      for (let at = this.parent(resource); at; at = this.parent(at)) if (at.name === component) return true;
      return false;
    });
  }

  /** Resources that AWS knows, under the component of this name. */
  customUnder(component: string): RecordedResource[] {
    return this.under(component).filter(({ custom }) => custom);
  }

  /** URNs of all that must stand before `resource`, a component standing for all that is in it. */
  ancestors(resource: RecordedResource): Set<string> {
    const seen = new Set<string>();
    const visit = (from: RecordedResource): void => {
      for (const urn of [...from.dependencies, ...Object.values(from.propertyDependencies).flat()]) {
        if (seen.has(urn)) continue;
        seen.add(urn);
        const found = this.byUrn.get(urn);
        if (found) visit(found);
      }
    };
    visit(resource);
    return seen;
  }

  /** Name of the security group with this id. */
  securityGroup(id: unknown): string {
    const found = ofType(this.recording, "aws:ec2/securityGroup:SecurityGroup").find((group) => group.id === id);
    assert.ok(found, `no security group has the id ${String(id)}`);
    return found.name;
  }

  /** Security groups that may open connections to the one of this name, each with its port: `payments-use1-nlb-sg 8443`. */
  callersOf(securityGroup: string): string[] {
    return ofType(this.recording, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
      .filter(({ inputs }) => this.securityGroup(inputs.securityGroupId) === securityGroup)
      .map(({ inputs }) => `${this.securityGroup(inputs.referencedSecurityGroupId)} ${String(inputs.fromPort)}`)
      .sort();
  }

  /** What the role of this physical name may do: `action resource`, one line for each pair. */
  permissions(role: string): string[] {
    return ofType(this.recording, "aws:iam/rolePolicy:RolePolicy")
      .filter(({ inputs }) => inputs.role === role)
      .flatMap(({ inputs }) => statements(inputs.policy))
      .flatMap(({ Action, Resource }) =>
        list(Action).flatMap((action) => list(Resource).map((resource) => `${action} ${resource}`)),
      )
      .sort();
  }

  /** Environment variables of a task's own container. */
  variables(task: string): Record<string, string> {
    const environment = this.container(task).environment ?? [];
    return Object.fromEntries(environment.map(({ name, value }) => [name, value]));
  }

  container(task: string): Container {
    const [definition, ...others] = this.resources.filter(({ name }) => name === task);
    assert.ok(definition && others.length === 0, `not one ${task}`);
    const containers: Container[] = JSON.parse(String(definition.inputs.containerDefinitions));
    const app = containers.find(({ name }) => name === "app");
    assert.ok(app, `${task} has no container app`);
    return app;
  }

  /** Every value that is secret: passwords that were made, values marked secret in inputs, API keys' values. */
  secretValues(): string[] {
    const values = this.resources.flatMap(({ type, inputs, outputs, secretPaths }) => [
      // AWS's provider marks every parameter's value as a secret; the shard directory is none.
      ...(type === "aws:ssm/parameter:Parameter" ? [] : secretPaths.map((path) => inputs[path])),
      ...(type === "random:index/randomPassword:RandomPassword" ? [outputs.result] : []),
      ...(type === "aws:apigateway/apiKey:ApiKey" ? [outputs.value] : []),
    ]);
    return values.filter((value) => typeof value === "string");
  }

  private parent(resource: RecordedResource): RecordedResource | undefined {
    return resource.parent === undefined ? undefined : this.byUrn.get(resource.parent);
  }
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly environment?: ReadonlyArray<{ readonly name: string; readonly value: string }>;
  readonly secrets?: ReadonlyArray<{ readonly name: string; readonly valueFrom: string }>;
  readonly portMappings?: readonly unknown[];
}

/** Strings and numbers in `value`, each with its path. */
export function leaves(value: unknown, path = ""): Array<{ path: string; value: unknown }> {
  if (typeof value !== "object" || value === null) return [{ path, value }];
  return Object.entries(value).flatMap(([key, item]) => leaves(item, path === "" ? key : `${path}.${key}`));
}

/** Paths of leaves that differ from the first to the second, list indices left out. */
export function differences(before: unknown, after: unknown, path: string[] = []): string[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (typeof before !== "object" || typeof after !== "object" || before === null || after === null)
    return [path.join(".")];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) =>
    differences(Reflect.get(before, key), Reflect.get(after, key), /^\d+$/.test(key) ? path : [...path, key]),
  );
}

/** What a change of the configuration does to resources that stood before: gone, or with other inputs (`name: input, input`). */
export function effect(before: Recording, after: Recording): { gone: string[]; changed: string[] } {
  const now = new Map(after.resources.map((resource) => [resource.urn, resource]));
  const gone: string[] = [];
  const changed: string[] = [];
  for (const { urn, name, inputs } of before.resources) {
    const present = now.get(urn);
    if (present === undefined) {
      gone.push(urn);
      continue;
    }
    const keys = [...new Set([...Object.keys(inputs), ...Object.keys(present.inputs)])].sort();
    const different = keys.filter((key) => JSON.stringify(inputs[key]) !== JSON.stringify(present.inputs[key]));
    if (different.length > 0) changed.push(`${name}: ${different.join(", ")}`);
  }
  return { gone, changed: changed.sort() };
}

const list = (value: unknown): string[] => (Array.isArray(value) ? value : [value]).map(String);
