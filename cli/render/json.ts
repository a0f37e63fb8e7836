import type { RecordedResource } from "../../simulator";
import type { CheckResult } from "../check-result";

const REDACTED = "[secret]";

/** The result of `palisade check` for a program: graph, outputs, findings. Secret values are left out. */
export function renderJson({ recording, findings, configuration, positions }: CheckResult): string {
  return JSON.stringify(
    {
      version: 1,
      project: recording.project,
      stack: recording.stack,
      resources: recording.resources.map((resource) => ({
        urn: resource.urn,
        type: resource.type,
        name: resource.name,
        parent: resource.parent,
        custom: resource.custom,
        id: resource.id,
        region: resource.region,
        protect: resource.protect,
        inputs: withoutSecrets(resource, resource.inputs),
        dependencies: resource.dependencies,
        propertyDependencies: resource.propertyDependencies,
        declaredAt: positions.declaration(resource.source),
      })),
      outputs: Object.fromEntries(
        Object.entries(recording.outputs).map(([name, value]) => [
          name,
          recording.secretOutputs.includes(name) ? REDACTED : value,
        ]),
      ),
      findings: findings.map(({ rule, resource, verdict }) => ({
        rule: rule.id,
        severity: rule.severity,
        level: configuration.levelOf(rule),
        requirements: rule.requirements,
        resource: resource.urn,
        verdict,
      })),
    },
    undefined,
    2,
  );
}

/** Inputs with each property that is or holds a secret replaced as a whole. */
function withoutSecrets(
  { secretPaths }: RecordedResource,
  inputs: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const secret = new Set(secretPaths.map((path) => path.split(/[.[]/)[0]));
  return Object.fromEntries(Object.entries(inputs).map(([key, value]) => [key, secret.has(key) ? REDACTED : value]));
}
