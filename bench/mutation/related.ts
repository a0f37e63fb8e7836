import type { ResourceNode } from "../../analysis/graph";
import type { RecordedResource } from "../../simulator";

const STACK = "pulumi:pulumi:Stack";

/** Which finding tells of a changed resource: one on it, on what it refers to (an association's both ends), on what refers to it, or on the whole account. */
export class Related {
  private readonly byUrn: ReadonlyMap<string, RecordedResource>;
  private readonly texts = new Map<string, string>();

  constructor(resources: readonly RecordedResource[]) {
    this.byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  }

  concerns(told: ResourceNode, changed: RecordedResource): boolean {
    // Account-wide settings protect the account; rules on them stand at the stack.
    if (told.type === STACK || told.urn === changed.urn) return true;
    const first = this.referredBy(changed);
    const second = first.flatMap((resource) => this.referredBy(resource));
    if ([...first, ...second].some(({ urn }) => urn === told.urn)) return true;
    const other = this.byUrn.get(told.urn);
    if (other === undefined) return false;
    return this.names(other, changed) || this.names(changed, other);
  }

  private referredBy({ propertyDependencies }: RecordedResource): RecordedResource[] {
    return Object.values(propertyDependencies)
      .flat()
      .flatMap((urn) => this.byUrn.get(urn) ?? []);
  }

  /** Does one resource name another: by a reference, or by an id, ARN or name built without one? */
  private names(one: RecordedResource, other: RecordedResource): boolean {
    if (Object.values(one.propertyDependencies).some((urns) => urns.includes(other.urn))) return true;
    let text = this.texts.get(one.urn);
    if (text === undefined) this.texts.set(one.urn, (text = JSON.stringify(one.inputs)));
    const { arn, name, metadata } = other.outputs;
    // In Kubernetes labels lead from one to the other; a workload's is its name.
    const object = typeof metadata === "object" && metadata !== null ? Reflect.get(metadata, "name") : undefined;
    return [other.id, arn, name, object].some(
      (handle) => typeof handle === "string" && handle.length > 8 && text.includes(handle),
    );
  }
}
