import type { EngineEvent, StepEventMetadata, StepEventStateMetadata } from "@pulumi/pulumi/automation";

/** What the engine does, or would do, to a resource. */
export type Change = "create" | "update" | "replace" | "delete" | "read" | "import" | "forget" | "refresh" | "same";

export interface ResourceChange {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** False for components, which no provider knows. */
  readonly custom: boolean;
  readonly change: Change;
  /** Properties that differ; for a replacement, those that force it. */
  readonly properties: readonly string[];
  readonly state: "planned" | "running" | "done" | "failed";
  readonly seconds?: number;
}

export interface Violation {
  readonly pack: string;
  readonly rule: string;
  readonly urn?: string;
  readonly message: string;
  readonly mandatory: boolean;
}

export interface Diagnostic {
  readonly severity: "warning" | "error";
  readonly urn?: string;
  readonly message: string;
}

/** An update as its events tell it. */
export class Update {
  readonly changes = new Map<string, ResourceChange>();
  readonly violations: Violation[] = [];
  readonly diagnostics: Diagnostic[] = [];
  /** What the preview said that the update would do. */
  plan: ReadonlyMap<string, ResourceChange> = new Map();
  /** Resource -> the component that it is in. */
  readonly parents = new Map<string, string>();
  /** Region component -> its AWS region, in the order in which they roll out. */
  readonly regions = new Map<string, string | undefined>();
  /** What stood before. */
  readonly standing = new Map<string, StepEventStateMetadata>();
  private readonly started = new Map<string, number>();

  private readonly refreshing = new Set<string>();

  /**
   * @param changed called for every change of a resource's state.
   * @param isRefresh whether what a refresh finds is the report; before a change of the program's it only makes that one true.
   */
  constructor(
    private readonly changed: (change: ResourceChange) => void = () => undefined,
    private readonly isRefresh = false,
  ) {}

  /** The preview is over and the update begins: it was the plan, and its warnings are not said twice. */
  begin(): void {
    this.plan = new Map(this.changes);
    this.changes.clear();
    this.violations.length = 0;
    this.diagnostics.length = 0;
  }

  /** Plans the deletion of everything that a state holds. */
  expectDeletion(resources: readonly StepEventStateMetadata[]): void {
    const plan = new Map<string, ResourceChange>();
    for (const state of resources) {
      const { urn, type, custom } = state;
      if (type.startsWith("pulumi:")) continue;
      this.place({ urn, type, old: state });
      plan.set(urn, { ...describe(urn, type, custom === true), change: "delete", properties: [], state: "planned" });
    }
    this.plan = plan;
  }

  /** Takes back errors that are told in better words. */
  forget(errors: RegExp): void {
    const kept = this.diagnostics.filter(({ message }) => !errors.test(message));
    this.diagnostics.splice(0, this.diagnostics.length, ...kept);
  }

  /** Takes one event of the engine; true for one that concerns a resource of the program, so that its provider has answered. */
  take({ resourcePreEvent, resOutputsEvent, resOpFailedEvent, diagnosticEvent, policyEvent }: EngineEvent): boolean {
    if (resourcePreEvent)
      this.step(resourcePreEvent.metadata, resourcePreEvent.planning === true ? "planned" : "running");
    else if (resOutputsEvent && resOutputsEvent.planning !== true) this.step(resOutputsEvent.metadata, "done");
    else if (resOutputsEvent) this.step(resOutputsEvent.metadata, "planned");
    else if (resOpFailedEvent) this.step(resOpFailedEvent.metadata, "failed");
    else if (policyEvent) {
      this.violations.push({
        pack: policyEvent.policyPackName,
        rule: policyEvent.policyName,
        urn: policyEvent.resourceUrn || undefined,
        message: plain(policyEvent.message),
        mandatory: policyEvent.enforcementLevel === "mandatory",
      });
    } else if (diagnosticEvent) {
      const { severity, ephemeral, urn } = diagnosticEvent;
      const message = withoutValue(withoutTrace(plain(diagnosticEvent.message)));
      // The engine's own last word, which says less than the errors before it.
      const closing = urn === undefined && /^(preview|update|destroy|refresh) failed$/.test(message);
      if (ephemeral !== true && message !== "" && !closing && (severity === "warning" || severity === "error")) {
        this.diagnostics.push({ severity, urn: urn || undefined, message });
      }
    }
    const step = resourcePreEvent ?? resOutputsEvent ?? resOpFailedEvent;
    return step !== undefined && !step.metadata.type.startsWith("pulumi:");
  }

  /** Resources that the engine changes; components and those that stay are left out. */
  get resources(): ResourceChange[] {
    return [...this.changes.values()].filter(
      ({ change, custom }) => custom && change !== "same" && change !== "refresh",
    );
  }

  private step(metadata: StepEventMetadata, state: ResourceChange["state"]): void {
    const { urn, type } = metadata;
    if (type.startsWith("pulumi:")) return;
    const change = changeOf(metadata.op);
    this.place(metadata);
    if (metadata.op === "refresh") this.refreshing.add(urn);
    const refreshes = metadata.op === "refresh" || this.refreshing.delete(urn);
    if (refreshes && !this.isRefresh) return;
    const before = this.changes.get(urn);
    // A replacement is three steps of one resource; the second half must not hide the first.
    if (before?.change === "replace" && change === "delete" && metadata.op !== "delete" && state !== "failed") return;
    if (state === "running") this.started.set(urn, Date.now());
    const since = this.started.get(urn);
    const properties = propertiesOf(metadata);
    const entry: ResourceChange = {
      ...describe(urn, type, (metadata.new ?? metadata.old)?.custom === true),
      change,
      properties: properties.length > 0 ? properties : (before?.properties ?? []),
      state,
      ...(since !== undefined && state !== "running" ? { seconds: (Date.now() - since) / 1000 } : {}),
    };
    this.changes.set(urn, entry);
    this.changed(entry);
  }

  /** Keeps where the resource is, and what is about to go. */
  private place({ urn, type, old, new: after }: Pick<StepEventMetadata, "urn" | "type" | "old" | "new">): void {
    const state = after ?? old;
    if (state?.parent) this.parents.set(urn, state.parent);
    if (type === "palisade:network:Region") {
      const region: unknown = state?.outputs?.region;
      this.regions.set(urn, typeof region === "string" ? region : this.regions.get(urn));
    }
    if (old !== undefined && !this.standing.has(urn)) this.standing.set(urn, old);
  }
}

function describe(
  urn: string,
  type: string,
  custom: boolean,
): Pick<ResourceChange, "urn" | "type" | "name" | "custom"> {
  return { urn, type, name: urn.split("::").at(-1) ?? urn, custom };
}

function changeOf(op: StepEventMetadata["op"]): Change {
  switch (op) {
    case "create":
    case "update":
    case "replace":
    case "delete":
    case "read":
    case "import":
    case "same":
    case "refresh":
      return op;
    case "create-replacement":
    case "import-replacement":
    case "read-replacement":
    case "remove-pending-replace":
      return "replace";
    case "delete-replaced":
    case "discard":
    case "discard-replaced":
      return "delete";
    default:
      return "same";
  }
}

function propertiesOf({ detailedDiff, diffs, keys, op }: StepEventMetadata): readonly string[] {
  if (op === "replace" || op === "create-replacement") return keys ?? [];
  return detailedDiff ? Object.keys(detailedDiff) : (diffs ?? []);
}

/** The engine marks colours as `<{%reset%}>`. */
function plain(text: string): string {
  return text.replace(/<\{%[^%]*%\}>/g, "").trim();
}

/** The engine shows the value of a property that is refused, secret or not; the reason after it tells what is wrong with it. */
function withoutValue(text: string): string {
  return text.replace(/: property (\S+) value [^]* has a problem: /, ": property $1 has a problem: ");
}

function withoutTrace(text: string): string {
  return text
    .split("\n")
    .filter((line) => !/^\s+at .+(:\d+|\(.*\)|<anonymous>)\)?$/.test(line))
    .join("\n")
    .trim();
}
