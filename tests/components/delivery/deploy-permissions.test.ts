import assert from "node:assert/strict";
import { actionOf } from "../../../analysis/authorization/services";
import { fits } from "../../../analysis/patterns";
import { findProject, stackNames } from "../../../cli/project";
import type { Statement } from "../../../components/core";
import { namesOf, resourcesOf, type Scope } from "../../../components/delivery/deploy-resources";
import {
  actionsByService,
  ATTACHED,
  type DeployScope,
  deployStatements,
  type Mode,
  PASSED_TO,
  POLICIES,
} from "../../../components/delivery/deploy-statements";
import { ANY_RESOURCE, RESOURCE_ACTIONS } from "../../../components/delivery/resource-actions";
import { workloadStatements } from "../../../components/delivery/workload-statements";
import type { RecordedResource } from "../../../simulator";
import type { BootstrapConfig } from "../../../stacks/bootstrap/config";
import { pipelinesOf } from "../../../stacks/bootstrap/pipelines";
import { statements } from "../../support/record";
import { recordStack } from "../../support/record-stack";
import { ROOT, stackValues } from "../../support/stack-file";

const SCOPE: DeployScope = {
  partition: "aws",
  account: "123456789012",
  stack: "prod",
  names: "prod-",
  taken: [],
  pulledFrom: [],
  system: "payments",
  regions: ["us-east-1", "eu-west-1"],
  boundary: "arn:aws:iam::123456789012:policy/bootstrap-delivery-prod-workloads",
};

const key = (name: string) => JSON.parse(stackValues("prod")[`palisade:${name}`] ?? "null");
const built = Object.fromEntries(
  Object.entries(key("services")).map(([name, service]) => [name, { ...(service as object), image: { context: "." } }]),
);

/** What a configuration can pick, beside what Pulumi.prod.yaml has: each makes types of its own. */
const ALTERNATIVES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "images that the stack builds": { "palisade:services": built },
  "Kafka and Shield": {
    "palisade:messaging": { kind: "kafka", instanceType: "kafka.m7g.large", storageGiB: 500 },
    "palisade:shieldAdvanced": true,
  },
  "Prometheus and Grafana": { "palisade:observability": { metrics: { collectorImage: "public.ecr.aws/x/y:1" } } },
  "a global database": { "palisade:database": { engine: "aurora-global", instanceClass: "db.r8g.large" } },
};

/** Roles and keys have statements of their own; a scaling policy is allowed on its target or group, a standard on the hub. */
const ELSEWHERE = /^aws:(iam|kms|(app)?autoscaling\/policy|securityhub\/standardsSubscription)/;

/** A recorded stack, and what its deploy role is for. */
interface Deployed {
  readonly scope: DeployScope;
  readonly resources: readonly RecordedResource[];
}

/** Every stack that CI deploys: all of this repository's but the one that administrators do. */
const STACKS = stackNames(findProject(ROOT)).filter((stack) => stackValues(stack)["palisade:system"] !== "bootstrap");

const systemOf = (stack: string) => stackValues(stack)["palisade:system"] ?? "";
const NAMED = STACKS.map((stack) => ({ stack, system: systemOf(stack) }));
const DEPLOYMENTS: BootstrapConfig["deployments"] = JSON.parse(
  stackValues("bootstrap")["palisade:deployments"] ?? "{}",
);

/** The scope of a stack, as the bootstrap stack gives it to the stack's roles. */
function scopeOf(stack: string): DeployScope {
  const system = systemOf(stack);
  const others = NAMED.filter((other) => other.stack !== stack);
  const { delivers, deliveredBy } = pipelinesOf(DEPLOYMENTS, { stack: "bootstrap", system: "delivery" })(stack);
  return {
    ...SCOPE,
    stack,
    system,
    names: namesOf({ stack, system }, others) ?? "",
    taken: delivers.map((other) => `bootstrap-delivery-${other}-deploy`),
    pulledFrom: deliveredBy,
  };
}

async function deployed(stack: string, changes?: Readonly<Record<string, unknown>>): Promise<Deployed> {
  return { scope: scopeOf(stack), resources: (await recordStack(stack, changes)).resources };
}

const list = (value: unknown): string[] => (Array.isArray(value) ? value : [value]).map(String);
const all = (mode: Mode): Statement[] =>
  Object.keys(POLICIES).flatMap((policy) => deployStatements(policy, SCOPE, mode));

describe("what a deployment may do", function () {
  this.timeout(120_000);
  const stacks: Deployed[] = [];
  let resources: readonly RecordedResource[];
  before(async () => {
    for (const stack of STACKS) stacks.push(await deployed(stack));
    for (const changes of Object.values(ALTERNATIVES)) stacks.push(await deployed("prod", changes));
    resources = stacks.flatMap((stack) => stack.resources);
  });

  /** Types that a provider of AWS makes. */
  const used = () =>
    new Set(
      resources
        .filter(({ type, custom }) => (custom && type.startsWith("aws:")) || type === "awsx:ecr:Image")
        .map(({ type }) => type),
    );
  const known = () => new Set(Object.values(RESOURCE_ACTIONS).flatMap((types) => Object.keys(types)));

  it("covers every type of every stack", () => {
    assert.deepEqual([...used()].filter((type) => !known().has(type)).sort(), []);
  });

  it("holds nothing that no type of a stack needs", () => {
    assert.deepEqual([...known()].filter((type) => !used().has(type)).sort(), []);
    const needed = [...actionsByService("write")].flatMap(([service, actions]) =>
      actions.map((action) => `${service}:${action}`),
    );
    const granted = new Set(all("write").flatMap(({ Action }) => list(Action)));
    assert.deepEqual([...granted].sort(), [...new Set(needed)].sort());
  });

  it("names actions that AWS has, letter by letter", () => {
    for (const [service, actions] of actionsByService("write"))
      for (const action of actions) assert.equal(actionOf(`${service}:${action}`)?.id, `${service}:${action}`);
  });

  it("reads by actions that only read", () => {
    for (const [service, actions] of actionsByService("read")) {
      for (const action of actions)
        assert.match(actionOf(`${service}:${action}`)?.level ?? "", /^(Read|List)$/, `${service}:${action}`);
    }
  });

  it("asks for every resource only where AWS lets nobody name one", () => {
    for (const [service, actions] of actionsByService("write")) {
      const anywhere = (ANY_RESOURCE[service] ?? "").split(" ");
      for (const action of actions) {
        const { arns = [] } = actionOf(`${service}:${action}`) ?? {};
        assert.equal(anywhere.includes(action), arns.length === 0, `${service}:${action}`);
      }
    }
  });

  it("reaches every resource of the stack by its ARN", () => {
    const missed = stacks.flatMap(({ scope, resources: made }) =>
      made.flatMap(({ type, outputs }) => {
        const arn = String(outputs.arn ?? "");
        const service = arn.split(":")[2] ?? "";
        if (!type.startsWith("aws:") || !arn.startsWith("arn:aws:") || ELSEWHERE.test(type)) return [];
        const patterns = resourcesOf(service, scope);
        return patterns.some((pattern) => fits(pattern, arn)) ? [] : [`${type} ${arn}`];
      }),
    );
    assert.deepEqual([...new Set(missed)], []);
  });

  it("touches nothing of another stack that has a name", () => {
    const other = (scope: Scope) =>
      Object.keys(RESOURCE_ACTIONS)
        .flatMap((service) => resourcesOf(service, scope))
        .filter((arn) => arn.includes("prod-"));
    assert.ok(other(SCOPE).length > 30);
    for (const arn of other(SCOPE)) assert.ok(!fits(arn, arn.replace("prod-", "dev-x").replaceAll("*", "x")), arn);
  });

  it("tells stacks apart whose names begin alike", () => {
    assert.equal(scopeOf("credit-score").names, "credit-score-c");
    assert.equal(scopeOf("credit-score-qa").names, "credit-score-qa-");
    assert.equal(scopeOf("ui-service").names, "ui-service-u");
    assert.equal(scopeOf("prod").names, "prod-");
    assert.equal(namesOf({ stack: "a", system: "b" }, [{ stack: "a-b-c", system: "d" }]), undefined);
    const reached = stacks.flatMap(({ scope }) => {
      const patterns = Object.keys(RESOURCE_ACTIONS).flatMap((service) => resourcesOf(service, scope));
      const own = [
        ...patterns,
        ...workloadStatements({ ...scope, pulledFrom: [] }).flatMap(({ Resource }) => list(Resource)),
      ].filter((pattern) => pattern.includes(scope.names));
      return (
        stacks
          .filter((other) => other.scope.stack !== scope.stack)
          .flatMap((other) => other.resources.map(({ outputs }) => String(outputs.arn ?? "")))
          // Parameter and subnet groups have names that Pulumi makes, from the system's: docs/deploying.md says so.
          .filter((arn) => !/:(?:(?:cluster-)?pg|subgrp|parametergroup|subnetgroup):/.test(arn))
          .filter((arn) => own.some((pattern) => fits(pattern, arn)))
          .map((arn) => `${scope.stack}: ${arn}`)
      );
    });
    assert.deepEqual([...new Set(reached)], []);
  });

  describe("roles of the stack", () => {
    const grants = (made = resources) =>
      made
        .filter(({ type }) => type === "aws:iam/rolePolicy:RolePolicy")
        .flatMap(({ inputs }) => statements(inputs.policy))
        .flatMap(({ Action, Resource }) => list(Action).flatMap((a) => list(Resource).map((r) => [a, r] as const)));
    /** What policies of resources let a role do: IAM asks the boundary there as well. */
    const byResources = (made = resources) =>
      made
        .filter(({ type }) => type === "aws:opensearch/domain:Domain")
        .flatMap(({ inputs, outputs }) =>
          statements(inputs.accessPolicies).flatMap(({ Action }) =>
            list(Action).map((action) => [action, String(outputs.arn)] as const),
          ),
        );
    /** Of policies of AWS, which are attached and not recorded: AWSSupportAccess has all of `support`. */
    const OF_AWS = [
      // AmazonAPIGatewayPushToCloudWatchLogs
      ...["logs:DescribeLogGroups", "logs:FilterLogEvents"],
      // AmazonEKSClusterPolicy
      ...["ec2:DescribeAvailabilityZones", "ec2:DescribeInstanceTopology"],
      // AmazonEKSVPCResourceController
      ...["ec2:AttachNetworkInterface", "ec2:CreateNetworkInterfacePermission", "ec2:DetachNetworkInterface"],
      ...["ec2:CreateTags", "ec2:ModifyNetworkInterfaceAttribute"],
      // AmazonEKS_CNI_Policy
      "ec2:DescribeInstanceTypes",
      // AmazonEKSWorkerNodeMinimalPolicy
      "eks-auth:AssumeRoleForPodIdentity",
    ];
    const isOfAws = (action: string) => OF_AWS.includes(action) || action.startsWith("support:");

    it("are granted nothing that their boundary does not let through", () => {
      const stopped = stacks.flatMap(({ scope, resources: made }) => {
        const bounded = workloadStatements(scope);
        return [...grants(made), ...byResources(made)].filter(
          ([action, resource]) =>
            !bounded.some(
              ({ Action, Resource }) =>
                list(Action).includes(action) && list(Resource).some((pattern) => fits(pattern, resource)),
            ),
        );
      });
      assert.deepEqual([...new Set(stopped.map((pair) => pair.join(" ")))], []);
    });

    it("have a boundary that lets nothing through that nobody is granted", () => {
      const granted = new Set([...grants(), ...byResources()].map(([action]) => action));
      const unused = stacks
        .flatMap(({ scope }) => workloadStatements(scope))
        .flatMap(({ Action }) => list(Action))
        .filter((action) => !granted.has(action) && !isOfAws(action));
      assert.deepEqual([...new Set(unused)], []);
    });

    it("share statements of their boundary only where no action works on what is another service's", () => {
      const OTHERS: Readonly<Record<string, readonly string[]>> = {
        "eks-auth": ["eks"],
        "kafka-cluster": ["kafka"],
        ssm: ["ssm", "ec2"],
        sts: ["iam"],
      };
      for (const { scope } of stacks) {
        for (const { Action, Resource } of workloadStatements(scope)) {
          const named = list(Resource).map((arn) => arn.split(":")[2] ?? "");
          const acting = [...new Set(list(Action).map((action) => action.split(":")[0] ?? ""))];
          const reach = acting.flatMap((service) =>
            (OTHERS[service] ?? [service]).map((one) => [service, one] as const),
          );
          const foreign = reach.filter(
            ([service, one]) => one !== service && acting.includes(one) && named.includes(one),
          );
          assert.deepEqual(foreign, [], `${scope.stack}: ${list(Action).join(" ")}`);
        }
      }
    });

    it("have a boundary that IAM takes, with room for what a system still gets", () => {
      for (const { scope } of stacks) {
        const { length } = JSON.stringify({ Version: "2012-10-17", Statement: workloadStatements(scope) });
        assert.ok(length <= 5_900, `${scope.stack}: ${length}`);
      }
    });

    it("are passed to the services that they trust, and to no other", () => {
      const trusted = resources
        .filter(({ type }) => type === "aws:iam/role:Role")
        .flatMap(({ inputs }) => statements(inputs.assumeRolePolicy))
        .flatMap(({ Principal }) => list((Principal as { Service?: unknown }).Service ?? []));
      // AWS Config takes its own service-linked role.
      assert.deepEqual([...new Set([...trusted, "config.amazonaws.com"])].sort(), PASSED_TO);
    });

    it("have the policies of AWS attached that the deploy role may attach", () => {
      const attached = resources
        .filter(({ type }) => type === "aws:iam/rolePolicyAttachment:RolePolicyAttachment")
        .map(({ inputs }) => String(inputs.policyArn).replace("arn:aws:iam::aws:", ""));
      assert.deepEqual([...new Set(attached)].sort(), ATTACHED);
    });
  });
});
