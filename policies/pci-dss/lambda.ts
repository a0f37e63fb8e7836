import type { Property, ResourceGraph, ResourceNode } from "../../analysis/graph";
import { statementsOf } from "../../analysis/policy-document";
import { lambda } from "../catalogue/lambda";
import { andThen, customerKey, joined, notEmpty, oneOf, when } from "../checks";
import { isNoPlainSecret } from "../plain-secrets";
import { all, any, fail, implement, notApplicable, type Outcome, PASS, type Rule, undetermined } from "../rule";
import { AS_OF, supportOfRuntime } from "./lambda-runtimes";

const FUNCTION = "aws:lambda/function:Function";
const ROLE = "aws:iam/role:Role";
const ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy";
const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";
const PIPELINE = "aws:codepipeline/pipeline:Pipeline";
const FUNCTION_URL = "aws:lambda/functionUrl:FunctionUrl";
const LAYER_PERMISSION = "aws:lambda/layerVersionPermission:LayerVersionPermission";
const ROTATION = "aws:secretsmanager/secretRotation:SecretRotation";
const BUCKETS = ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"];

function invokers(permission: ResourceNode, graph: ResourceGraph): Outcome {
  const principal = permission.property("principal");
  return when(principal, (value) => {
    const caller = String(value);
    const isService = /\.amazon(aws)?\.com(\.cn)?$/.test(caller);
    if (caller !== "*" && !isService) return PASS;
    const open = caller === "*" ? "Everyone may invoke it." : `${caller} may invoke it for anybody's account.`;
    const holds = ["principalOrgId", "sourceAccount", "eventSourceToken"].map((name) => {
      const property = permission.property(name);
      return when(property, (held) => (held === undefined || held === "" || held === "*" ? fail(open) : PASS));
    });
    return any([...holds, oneAccountsResource(permission.property("sourceArn"), graph, open)], fail(open, principal));
  });
}

/** The ARN of a bucket tells no account: whoever takes its name after it was deleted could invoke the function. */
function oneAccountsResource(arn: Property, graph: ResourceGraph, open: string): Outcome {
  if (arn.unknown) {
    const makers = arn.producers.map((urn) => graph.get(urn)?.type ?? "");
    if (makers.some((type) => BUCKETS.includes(type))) return fail(open);
    return makers.some((type) => type.startsWith("aws:")) ? PASS : undetermined(arn);
  }
  return when(arn, (value) => (/^arn:[^:]+:[^:]+:[^:]*:\d{12}:/.test(String(value)) ? PASS : fail(open)));
}

function runsAtTheEdge(node: ResourceNode, graph: ResourceGraph): Outcome {
  const no = fail("It is no function of CloudFront's.");
  return joined(graph.resolve(node.property("role"), ROLE), ([role]) => {
    const trust = role && statementsOf(role.property("assumeRolePolicy"));
    if (trust?.known !== true) return no;
    return trust.value.some(({ principals }) => JSON.stringify(principals ?? "").includes("edgelambda.amazonaws.com"))
      ? PASS
      : no;
  });
}

/** What is behind AWS's API, and may hold card data. */
const STORES = [
  "aws:dynamodb/table:Table",
  "aws:kinesis/stream:Stream",
  "aws:sqs/queue:Queue",
  "aws:secretsmanager/secret:Secret",
  ...BUCKETS,
];

/** Does its role name nothing that has card data? */
function readsNoCardData(node: ResourceNode, graph: ResourceGraph): Outcome {
  return joined(graph.resolve(node.property("role"), ROLE), (roles) =>
    all(
      ...roles
        .flatMap((role) => graph.referring(ROLE_POLICY, "role", role).nodes)
        .map((policy): Outcome => {
          const statements = statementsOf(policy.property("policy"));
          if (!statements.known) return undetermined(statements);
          const named = statements.value.filter(({ allow }) => allow).flatMap(({ resources }) => resources);
          const store = named
            .flatMap((arn) => graph.withHandle(arn.replace(/\/\*$/, ""), STORES, node.region))
            .find(({ dataClass }) => dataClass === "cardholder");
          return store === undefined
            ? PASS
            : fail(`It stands outside of every VPC, and its role reaches card data in ${store.name}.`, "vpcConfig");
        }),
    ),
  );
}

/** An action of a pipeline: what it deploys to it reaches through AWS's API, as CodePipeline itself does. */
function isRunByPipeline(node: ResourceNode, graph: ResourceGraph): boolean {
  const actions = graph
    .ofType(PIPELINE)
    .flatMap((pipeline) => pipeline.property("stages").items.flatMap((stage) => stage.at("actions").items));
  return actions.some((action) =>
    graph.resolve(action.at("configuration.FunctionName"), FUNCTION).nodes.includes(node),
  );
}

export const lambdaRules: readonly Rule[] = implement(lambda, {
  "lambda-not-public": {
    types: ["aws:lambda/permission:Permission", FUNCTION_URL, LAYER_PERMISSION],
    check(node, graph) {
      if (node.type === FUNCTION_URL)
        return oneOf(node.property("authorizationType"), ["AWS_IAM"], "Everyone may call the function's URL.");
      if (node.type !== LAYER_PERMISSION) return invokers(node, graph);
      return when(node.property("principal"), (principal) => {
        if (principal !== "*") return PASS;
        const organization = node.property("organizationId");
        return when(organization, (id) =>
          id ? PASS : fail("Everyone may read the layer.", node.property("principal")),
        );
      });
    },
  },
  "lambda-supported-runtime": {
    types: [FUNCTION],
    check(node) {
      const runtime = node.property("runtime");
      if (runtime.absent)
        return when(node.property("packageType"), (type) =>
          type === "Image"
            ? notApplicable("Its image brings the runtime along.")
            : fail("It names no runtime.", runtime),
        );
      return when(runtime, (value) => {
        const name = String(value);
        const support = supportOfRuntime(name);
        switch (support.kind) {
          case "supported":
            return PASS;
          case "deprecated":
            return fail(`AWS has not patched ${name} since ${support.since}.`, runtime);
          case "preview":
            return fail(`${name} is a preview.`, runtime);
          case "unknown":
            return fail(`AWS listed no runtime ${name} on ${AS_OF}.`, runtime);
        }
      });
    },
  },
  "lambda-in-vpc": {
    types: [FUNCTION],
    check(node, graph) {
      const place = node.property("vpcConfig");
      if (place.unknown) return undetermined(place);
      const inside = notEmpty(place.at("subnetIds"), "It stands outside of every VPC.");
      if (inside.kind !== "fail") return inside;
      if (all(runsAtTheEdge(node, graph)).every(({ kind }) => kind === "pass"))
        return notApplicable("CloudFront runs it in its own places, where AWS allows no VPC.");
      // The requirements are about what card data passes through. Who gives no class, or a class that the function's role belies, is asked.
      if (node.dataClass !== undefined && node.dataClass !== "cardholder")
        return andThen(readsNoCardData(node, graph), () =>
          notApplicable(
            `What it handles is ${node.dataClass}, and from where it stands it reaches no private network.`,
          ),
        );
      if (isRunByPipeline(node, graph))
        return notApplicable(
          "CodePipeline runs it to call AWS's API, and from where it stands it reaches no private network.",
        );
      // RDS's own rotation works like this: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html
      return graph.referring(ROTATION, "rotationLambdaArn", node).nodes.length > 0
        ? notApplicable("It rotates a secret through AWS's API, and from where it stands reaches no private network.")
        : inside;
    },
  },
  "lambda-environment-key": {
    types: [FUNCTION],
    check(node, graph) {
      const variables = node.property("environment.variables");
      if (!variables.unknown && variables.entries.length === 0)
        return notApplicable("It has no environment variables.");
      return customerKey(node.property("kmsKeyArn"), graph, "The environment is encrypted with Lambda's own key.");
    },
  },
  "lambda-no-secrets-in-environment": {
    types: [FUNCTION],
    check(node, graph) {
      const variables = node.property("environment.variables");
      if (variables.unknown) return undetermined(variables);
      return all(
        PASS,
        ...variables.entries.map(([name, value]) =>
          isNoPlainSecret(name, value, graph, `${name} holds a secret in plain text.`),
        ),
      );
    },
  },
  "lambda-logs": {
    types: [FUNCTION],
    check(node, graph) {
      const group = node.property("loggingConfig.logGroup");
      if (!group.absent) return PASS;
      return when(node.property("name"), (name) =>
        name !== undefined && graph.withHandle(`/aws/lambda/${String(name)}`, [LOG_GROUP], node.region).length > 0
          ? PASS
          : fail("Lambda makes its log group by itself: without a key, and kept for ever.", group),
      );
    },
  },
});
