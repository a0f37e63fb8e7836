import { SERVICES } from "../../stacks/rewards/config";
import { named, ofType, statements } from "./record";
import { recordStack } from "./record-stack";
import { StackRecording } from "./stack-recording";

export const HERE = "us-east-2:123456789012";
export const POLLING = "catalog-polling";
/** Whatever runs in pods. */
export const PODS = [...SERVICES, POLLING] as const;
export type PodName = (typeof PODS)[number];
export const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
export const EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";

export interface PodSpec {
  readonly serviceAccountName: string;
  readonly automountServiceAccountToken: boolean;
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly containers: ReadonlyArray<{
    readonly env: ReadonlyArray<{ readonly name: string; readonly value: string }>;
    readonly securityContext: Readonly<Record<string, unknown>>;
    readonly resources: { readonly requests: Readonly<Record<string, string>>; readonly limits: object };
    readonly startupProbe?: object;
    readonly readinessProbe?: object;
    readonly livenessProbe?: object;
  }>;
  readonly topologySpreadConstraints?: ReadonlyArray<{
    readonly topologyKey: string;
    readonly whenUnsatisfiable: string;
  }>;
}

export const sorted = (list: Iterable<string>): string[] => [...new Set(list)].sort();
export const listOf = (value: unknown): string[] => (Array.isArray(value) ? value : [value]).map(String);

/** Answers questions about the rewards stack, recorded with a stack file of this repository. */
export class RewardsRecording extends StackRecording {
  static async of(
    stack: "rewards" | "rewards-dev",
    changes: Readonly<Record<string, unknown>> = {},
  ): Promise<RewardsRecording> {
    return new RewardsRecording(await recordStack(stack, changes));
  }

  inputs(name: string, type?: string): Readonly<Record<string, unknown>> {
    return named(this.recording, name, type).inputs;
  }

  arn(name: string): string {
    return String(named(this.recording, name).outputs.arn);
  }

  /** What stands under `spec` in a manifest. */
  spec(name: string): unknown {
    return this.inputs(name).spec;
  }

  pod(name: PodName): PodSpec {
    if (name !== POLLING)
      return (this.spec(`rewards-${name}-deployment`) as { template: { spec: PodSpec } }).template.spec;
    const job = this.spec("rewards-catalog-polling-cron-job") as {
      jobTemplate: { spec: { template: { spec: PodSpec } } };
    };
    return job.jobTemplate.spec.template.spec;
  }

  podVariables(name: PodName): Record<string, string> {
    return Object.fromEntries((this.pod(name).containers[0]?.env ?? []).map(({ name: key, value }) => [key, value]));
  }

  /** What a service or a function may do: `action resource`. */
  mayDo(who: string): string[] {
    const inCluster = PODS.some((pod) => pod === who);
    return this.permissions(inCluster ? `rewards-rewards-cluster-rewards-${who}` : `rewards-rewards-${who}`);
  }

  /** Whose roles have a statement that allows one of these actions on this resource, or on what is in it. */
  holders(actions: RegExp, resource: string): string[] {
    const holds = (policy: unknown) =>
      statements(policy).some(
        ({ Effect, Action, Resource }) =>
          Effect === "Allow" &&
          listOf(Action).some((action) => actions.test(action)) &&
          listOf(Resource).some((one) => one === resource || one.startsWith(`${resource}/`) || one === "*"),
      );
    return sorted(
      ofType(this.recording, "aws:iam/rolePolicy:RolePolicy")
        .filter(({ inputs }) => holds(inputs.policy))
        .map(({ inputs }) => String(inputs.role).replace(/^rewards-rewards-(cluster-rewards-)?/, "")),
    );
  }

  /** Address ranges in rules of security groups: `rewards-x-sg 192.0.2.0/24 443`. */
  ranges(type: typeof INGRESS | typeof EGRESS): string[] {
    return ofType(this.recording, type)
      .filter(({ inputs }) => inputs.cidrIpv4 !== undefined || inputs.cidrIpv6 !== undefined)
      .map(({ inputs }) => {
        const range = String(inputs.cidrIpv4 ?? inputs.cidrIpv6);
        return `${this.securityGroup(inputs.securityGroupId)} ${range} ${String(inputs.fromPort)}`;
      })
      .sort();
  }
}
