import { shortType } from "../../analysis/short-type";
import type { RecordedResource } from "../../simulator";

/** One way to make a stack less secure. */
export interface Mutation {
  /** What it does, e.g. `storageEncrypted: true -> false`. */
  readonly name: string;
  /** `rds.Instance.storageEncrypted`: mutations of one kind are counted once for each type and property. */
  readonly kind: string;
  readonly urn: string;
  /** The resource as it then is; undefined: it is gone. */
  readonly inputs: Readonly<Record<string, unknown>> | undefined;
}

type Json = Record<string, unknown>;

/** A value in a resource's inputs, with the way to it: keys, and indexes of lists. */
interface Leaf {
  readonly path: readonly (string | number)[];
  readonly value: unknown;
}

/** Settings that are words: what the weakest, or no longer acceptable, choice is. By the last key of the path. */
const WEAKEST: Readonly<Record<string, unknown>> = {
  sslPolicy: "ELBSecurityPolicy-2016-08",
  securityPolicy: "TLS_1_0",
  tlsSecurityPolicy: "Policy-Min-TLS-1-0-2019-07",
  minimumProtocolVersion: "TLSv1",
  viewerProtocolPolicy: "allow-all",
  originProtocolPolicy: "http-only",
  httpTokens: "optional",
  imageTagMutability: "MUTABLE",
  sseAlgorithm: "AES256",
  encryptionType: "AES256",
  objectOwnership: "ObjectWriter",
  mfaConfiguration: "OFF",
  transitEncryptionMode: "preferred",
  clientBroker: "PLAINTEXT",
  signingBehavior: "never",
  loggingLevel: "OFF",
  trafficType: "ACCEPT",
  endpointAccessMode: "BASIC",
  advancedSecurityMode: "OFF",
  kubernetesVersion: "1.24",
  backupRetentionPeriod: 0,
  snapshotRetentionLimit: 0,
  recoveryWindowInDays: 0,
  retentionInDays: 7,
  minimumPasswordLength: 6,
  minimumLength: 6,
  passwordReusePrevention: 0,
  passwordHistorySize: 0,
  maxPasswordAge: 0,
  automaticallyAfterDays: 365,
  numCacheClusters: 1,
  instanceCount: 1,
  encryptionOption: "SSE_S3",
  authenticationMode: "CONFIG_MAP",
  httpPutResponseHopLimit: 64,
  maximumRetryAttempts: 0,
};

/** The same for words that mean something only in one type. */
const WEAKEST_OF: Readonly<Record<string, unknown>> = {
  "lb.Listener.protocol": "TCP",
  "s3.BucketVersioning.versioningConfiguration.status": "Suspended",
  "s3.BucketObjectLockConfiguration.rule.defaultRetention.days": 1,
  "ebs.SnapshotBlockPublicAccess.state": "unblocked",
  "ecs.Cluster.settings.value": "disabled",
  "elasticache.User.authenticationMode.type": "no-password-required",
  "guardduty.DetectorFeature.status": "DISABLED",
  "macie2.Account.status": "PAUSED",
  "cognito.UserPool.deletionProtection": "INACTIVE",
  "apigateway.DomainName.endpointAccessMode": "BASIC",
  "ecs.Service.desiredCount": 1,
  "lambda.Function.runtime": "nodejs16.x",
  "appautoscaling.Target.minCapacity": 1,
  "eks.Cluster.version": "1.30",
  "eks.NodeGroup.version": "1.30",
  "eks.NodeGroup.scalingConfig.minSize": 1,
  "kinesis.Stream.encryptionType": "NONE",
  "kinesis.Stream.retentionPeriod": 24,
  "lambda.Function.tracingConfig.mode": "PassThrough",
  "kubernetes.core.Namespace.metadata.labels.pod-security.kubernetes.io/enforce": "privileged",
  "kubernetes.autoscaling.HorizontalPodAutoscaler.spec.minReplicas": 1,
};

const KEY = /^(kms\w*Key\w*|s3KmsKeyArn|fargateEphemeralStorageKmsKeyId|performanceInsightsKmsKeyId|encryptionKey)$/;

/** Lists and blocks that are themselves the protection. */
const REMOVED =
  /^(enabledCloudwatchLogsExports|logDeliveryConfigurations|alarmActions|accessLogSettings|accessLogs|redrivePolicy|vpcConfig|cloudWatchLogsGroupArn|encryptionConfiguration|encryptionConfigurations|deploymentCircuitBreaker|logPublishingOptions|loggingConfig|webAclId|defaultRootObject|loggingConfiguration|clientAuthentication|authorizer|advancedSecurityOptions|healthCheck|encryptionConfig|enabledClusterLogTypes|launchTemplate|metadataOptions|lambdaConfig|deadLetterConfig|destinationConfig|tracingConfig|reservedConcurrentExecutions|bytesScannedCutoffPerQuery|expectedBucketOwner|cloudwatchLoggingOptions|podIdentityAssociations|pod-security\.kubernetes\.io\/enforce|capabilities|seccompProfile|automountServiceAccountToken|runAsNonRoot|readOnlyRootFilesystem|allowPrivilegeEscalation|limits)$/;

/** Types whose resources protect another one: deleted, that one is open. */
const SATELLITES =
  /^(s3\.Bucket(PublicAccessBlock|ServerSideEncryptionConfiguration|Versioning|Policy|LifecycleConfiguration|Logging|OwnershipControls|ObjectLockConfiguration)|s3\.AccountPublicAccessBlock|s[nq]s\.(Topic|Queue)Policy|ec2\.(FlowLog|DefaultSecurityGroup|DefaultNetworkAcl|InstanceMetadataDefaults)|ebs\.\w+|wafv2\.WebAcl(Association|LoggingConfiguration)|secretsmanager\.SecretRotation|cfg\.(RecorderStatus|Recorder|DeliveryChannel)|cloudtrail\.Trail|guardduty\.\w+|macie2\.Account|inspector2\.Enabler|securityhub\.Account|accessanalyzer\.Analyzer|iam\.AccountPasswordPolicy|route53\.QueryLog|backup\.(Selection|VaultLockConfiguration)|ecr\.LifecyclePolicy|cloudwatch\.LogDelivery|apigateway\.MethodSettings|ec2\.VpcBlockPublicAccessOptions|eks\.Addon|lambda\.FunctionEventInvokeConfig|kubernetes\.(core\.(ResourceQuota|LimitRange)|policy\.PodDisruptionBudget|vpcresources\.k8s\.aws\.SecurityGroupPolicy))$/;

/** Every way that the operators know to weaken one resource. */
export function mutationsOf({ urn, type, inputs }: RecordedResource): Mutation[] {
  if (!type.startsWith("aws:") && !type.startsWith("kubernetes:")) return [];
  const short = shortType(type);
  const found: Mutation[] = [];
  const add = (what: string, path: readonly (string | number)[], changed: Json | undefined) => {
    const property = [...path.filter((key) => typeof key === "string"), ...optionAt(inputs, path)].join(".");
    const at = property === "" ? short : `${short}.${property}`;
    found.push({ name: `${at}: ${what}`, kind: `${at}: ${what}`, urn, inputs: changed });
  };
  for (const { path, value } of leaves(inputs)) {
    const key = String([...path].reverse().find((one) => typeof one === "string"));
    const property = `${short}.${path.filter((one) => typeof one === "string").join(".")}`;
    const weakest = WEAKEST_OF[property] ?? WEAKEST[key];
    if (typeof value === "boolean") add(`${value} -> ${!value}`, path, changed(inputs, path, !value));
    if (value === "true" || value === "false") {
      const other = value === "true" ? "false" : "true";
      add(`${value} -> ${other}`, path, changed(inputs, path, other));
    }
    if (weakest !== undefined && weakest !== value && typeof value !== "object") {
      add(`-> ${JSON.stringify(weakest)}`, path, changed(inputs, path, weakest));
    }
    if (KEY.test(key) && typeof value === "string") {
      add("no customer key", path, changed(inputs, path, undefined));
      add("AWS's own key", path, changed(inputs, path, `alias/aws/${short.split(".")[0]}`));
    }
    if (REMOVED.test(key) && typeof path.at(-1) === "string" && value !== undefined) {
      add("left out", path, changed(inputs, path, undefined));
    }
    if (typeof value === "string" && value.includes('"Statement"')) {
      for (const [what, document] of weakerDocuments(value)) add(what, path, changed(inputs, path, document));
    }
  }
  if (SATELLITES.test(short)) add("deleted", [], undefined);
  for (const [what, path, weaker] of special(short, inputs)) add(what, path, weaker);
  return found;
}

/** Settings of Beanstalk are a list of options, each a kind of its own. */
function optionAt(inputs: Json, [list, index]: readonly (string | number)[]): string[] {
  const settings = list === "settings" && typeof index === "number" ? inputs.settings : undefined;
  const option: unknown = Array.isArray(settings) ? settings[Number(index)] : undefined;
  return isJson(option) && typeof option.namespace === "string" ? [String(option.name)] : [];
}

/** Who the other side of a security group rule may be. */
const PEERS = ["referencedSecurityGroupId", "prefixListId", "cidrIpv4", "cidrIpv6"];

/** What needs more than one changed value. */
function* special(short: string, inputs: Json): Generator<[string, readonly string[], Json | undefined]> {
  if (short.startsWith("kubernetes.")) yield* weakerManifests(short, inputs);
  const rule = Object.fromEntries(Object.entries(inputs).filter(([key]) => !PEERS.includes(key)));
  switch (short) {
    case "vpc.SecurityGroupIngressRule":
    case "vpc.SecurityGroupEgressRule":
      yield ["open to 0.0.0.0/0", ["cidrIpv4"], { ...rule, cidrIpv4: "0.0.0.0/0" }];
      yield ["open to ::/0", ["cidrIpv6"], { ...rule, cidrIpv6: "::/0" }];
      break;
    case "ec2.NetworkAcl":
      for (const range of [{ cidrBlock: "0.0.0.0/0" }, { ipv6CidrBlock: "::/0" }]) {
        const everything = { ruleNo: 1, action: "allow", protocol: "-1", fromPort: 0, toPort: 0, ...range };
        const rules = Array.isArray(inputs.ingress) ? inputs.ingress : [];
        yield [`open to ${Object.values(range)[0]}`, ["ingress"], { ...inputs, ingress: [...rules, everything] }];
      }
      break;
    case "rds.ParameterGroup": {
      const parameters = Array.isArray(inputs.parameters) ? inputs.parameters : [];
      for (const name of ["rds.force_ssl", "log_connections", "log_disconnections", "pgaudit.log"]) {
        if (!parameters.some((one: Json) => one.name === name)) continue;
        const value = name === "pgaudit.log" ? "none" : "0";
        const weaker = parameters.map((one: Json) => (one.name === name ? { ...one, value } : one));
        yield [`${name} -> ${value}`, ["parameters", name], { ...inputs, parameters: weaker }];
      }
      break;
    }
    case "ecs.TaskDefinition": {
      const containers: Json[] = JSON.parse(String(inputs.containerDefinitions));
      const each = (change: Json) => ({
        ...inputs,
        containerDefinitions: JSON.stringify(containers.map((one, i) => (i === 0 ? { ...one, ...change } : one))),
      });
      const path = (key: string) => ["containerDefinitions", key];
      yield ["true", path("privileged"), each({ privileged: true })];
      yield ["false", path("readonlyRootFilesystem"), each({ readonlyRootFilesystem: false })];
      yield ["root", path("user"), each({ user: "0" })];
      yield ["left out", path("logConfiguration"), each({ logConfiguration: undefined })];
      yield [
        "a secret in plain text",
        path("environment"),
        each({ environment: [{ name: "DB_PASSWORD", value: "correct-horse-battery" }] }),
      ];
      yield ["host", ["networkMode"], { ...inputs, networkMode: "host" }];
      break;
    }
    case "lambda.Permission":
      yield [
        "any principal",
        ["principal"],
        { ...inputs, principal: "*", sourceArn: undefined, sourceAccount: undefined },
      ];
      yield ["any source", ["sourceArn"], { ...inputs, sourceArn: undefined, sourceAccount: undefined }];
      break;
    case "wafv2.WebAcl": {
      const rules = Array.isArray(inputs.rules) ? inputs.rules : [];
      const kept = rules.filter((one: Json) => JSON.stringify(one).includes("managedRuleGroupStatement") === false);
      yield ["no managed rule groups", ["rules"], { ...inputs, rules: kept }];
      yield ["no rules", ["rules"], { ...inputs, rules: [] }];
      break;
    }
    case "eks.Cluster":
      yield [
        "without audit",
        ["enabledClusterLogTypes"],
        { ...inputs, enabledClusterLogTypes: ["api", "authenticator", "controllerManager", "scheduler"] },
      ];
      break;
    case "eks.NodeGroup":
      yield ["SSH for everyone", ["remoteAccess"], { ...inputs, remoteAccess: { ec2SshKey: "operations" } }];
      break;
    case "eks.Addon":
      if (typeof inputs.configurationValues === "string") yield* weakerSettings(inputs, inputs.configurationValues);
      break;
    case "apigateway.RestApi":
      if (typeof inputs.body === "string") yield* openOperation(inputs, inputs.body);
      break;
    case "iam.RolePolicyAttachment":
      yield [
        "AdministratorAccess",
        ["policyArn"],
        { ...inputs, policyArn: "arn:aws:iam::aws:policy/AdministratorAccess" },
      ];
      break;
  }
}

/** Settings of an add-on stand in one JSON text. */
function* weakerSettings(inputs: Json, text: string): Generator<[string, readonly string[], Json]> {
  const settings: unknown = JSON.parse(text);
  const weaker = (path: Leaf["path"], value: unknown) => ({
    ...inputs,
    configurationValues: JSON.stringify(replace(settings, path, value)),
  });
  for (const { path, value } of leaves(settings)) {
    const at = ["configurationValues", ...path.map(String)];
    if (value === true || value === "true") yield ["off", at, weaker(path, value === true ? false : "false")];
    if (path.at(-1) === "POD_SECURITY_GROUP_ENFORCING_MODE") yield ["strict", at, weaker(path, "strict")];
  }
}

/** An API of which one operation asks nobody who he is. */
function* openOperation(inputs: Json, text: string): Generator<[string, readonly string[], Json]> {
  const description: unknown = JSON.parse(text);
  const secured = [...leaves(description)].find(({ path }) => path[0] === "paths" && path.at(-1) === "security");
  if (secured === undefined) return;
  const body = JSON.stringify(replace(description, secured.path, undefined));
  yield ["an operation without authorizer", ["body"], { ...inputs, body }];
}

const POD_TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  "kubernetes.core.Pod": ["spec"],
  "kubernetes.apps.Deployment": ["spec", "template", "spec"],
  "kubernetes.apps.StatefulSet": ["spec", "template", "spec"],
  "kubernetes.apps.DaemonSet": ["spec", "template", "spec"],
  "kubernetes.batch.Job": ["spec", "template", "spec"],
  "kubernetes.batch.CronJob": ["spec", "jobTemplate", "spec", "template", "spec"],
};

/** What weakens a manifest. */
function* weakerManifests(short: string, inputs: Json): Generator<[string, readonly string[], Json | undefined]> {
  const pod = POD_TEMPLATES[short];
  if (pod !== undefined) yield* weakerPods(pod, inputs);
  const spec = isJson(inputs.spec) ? inputs.spec : {};
  switch (short) {
    case "kubernetes.core.Service":
      for (const type of ["LoadBalancer", "NodePort"])
        yield [type, ["spec", "type"], changed(inputs, ["spec", "type"], type)];
      break;
    case "kubernetes.networking.k8s.io.NetworkPolicy":
      // Any other policy allows something: less stands open without it.
      if (spec.ingress === undefined && spec.egress === undefined) {
        yield ["deny-all left out", [], undefined];
        yield ["incoming only", ["spec", "policyTypes"], changed(inputs, ["spec", "policyTypes"], ["Ingress"])];
      }
      for (const [direction, peers] of [
        ["ingress", "from"],
        ["egress", "to"],
      ] as const) {
        yield [`everything`, ["spec", direction], changed(inputs, ["spec", direction], [{}])];
        const [first] = Array.isArray(spec[direction]) ? spec[direction] : [];
        if (!isJson(first)) continue;
        const open = [{ ipBlock: { cidr: "0.0.0.0/0" } }];
        yield [
          "open to 0.0.0.0/0",
          ["spec", direction, peers],
          changed(inputs, ["spec", direction], [{ ...first, [peers]: open }]),
        ];
      }
      break;
  }
}

function* weakerPods(at: readonly string[], inputs: Json): Generator<[string, readonly string[], Json]> {
  const put = (path: readonly (string | number)[], value: unknown) => changed(inputs, [...at, ...path], value);
  const container = ["containers", 0];
  const read = (path: readonly (string | number)[]) =>
    [...at, ...path].reduce<unknown>(
      (place, key) => (place instanceof Object ? Reflect.get(place, key) : undefined),
      inputs,
    );
  const lists = (path: readonly (string | number)[], item: Json) => {
    const before = read(path);
    return put(path, [...(Array.isArray(before) ? before : []), item]);
  };
  for (const key of ["hostNetwork", "hostPID", "hostIPC"]) yield ["true", [...at, key], put([key], true)];
  yield ["of the host", [...at, "volumes"], lists(["volumes"], { name: "host", hostPath: { path: "/" } })];
  yield ["root", [...at, "securityContext", "runAsUser"], put(["securityContext", "runAsUser"], 0)];
  yield ["true", [...at, "containers", "privileged"], put([...container, "securityContext", "privileged"], true)];
  yield [
    "SYS_ADMIN",
    [...at, "containers", "capabilities"],
    put([...container, "securityContext", "capabilities"], { add: ["SYS_ADMIN"] }),
  ];
  yield [
    "a secret in plain text",
    [...at, "containers", "env"],
    lists([...container, "env"], { name: "DB_PASSWORD", value: "correct-horse-battery" }),
  ];
  const image = String(read([...container, "image"]));
  const name = image.replace(/(@.*|:[^/]*)$/, "");
  yield ["latest", [...at, "containers", "image"], put([...container, "image"], `${name}:latest`)];
  yield ["from the internet", [...at, "containers", "image"], put([...container, "image"], "library/service:1.0.0")];
}

/** A policy document made weaker, statement by statement. */
function* weakerDocuments(text: string): Generator<[string, string]> {
  let document: { readonly Statement?: readonly Json[] };
  try {
    document = JSON.parse(text);
  } catch {
    return;
  }
  const statements = document.Statement ?? [];
  const withStatement = (index: number, change: Json | undefined) =>
    JSON.stringify({
      ...document,
      Statement: statements.flatMap((one, i) =>
        i !== index ? [one] : change === undefined ? [] : [{ ...one, ...change }],
      ),
    });
  for (const [index, statement] of statements.entries()) {
    if (statement.Effect === "Deny") {
      yield [`without Deny ${String(statement.Sid ?? "")}`.trim(), withStatement(index, undefined)];
      continue;
    }
    const [action = ""] = [statement.Action].flat().map(String);
    const service = action.split(":")[0];
    if (statement.Action !== undefined && action !== "*" && !action.endsWith(":*")) {
      yield ["action *", withStatement(index, { Action: "*" })];
      yield ["action service:*", withStatement(index, { Action: `${service}:*` })];
    }
    if (statement.Resource !== undefined && statement.Resource !== "*" && statement.Principal === undefined) {
      yield ["resource *", withStatement(index, { Resource: "*" })];
    }
    if (statement.Principal !== undefined && statement.Principal !== "*") {
      yield ["principal *", withStatement(index, { Principal: "*", Condition: undefined })];
    }
    if (statement.Condition !== undefined) yield ["without condition", withStatement(index, { Condition: undefined })];
  }
}

/** Every value in a resource's inputs, lists and blocks included. */
function* leaves(value: unknown, path: readonly (string | number)[] = []): Generator<Leaf> {
  // Pulumi's own marks, e.g. of the files of a function.
  if (String(path.at(-1)).startsWith("__pulumi")) return;
  if (path.length > 0) yield { path, value };
  if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* leaves(item, [...path, index]);
  else if (typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value)) yield* leaves(item, [...path, key]);
  }
}

/** A copy in which one value is another, or left out. */
function changed(inputs: Json, path: readonly (string | number)[], value: unknown): Json {
  const copy = replace(inputs, path, value);
  return isJson(copy) ? copy : {};
}

function replace(current: unknown, path: readonly (string | number)[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(current)) return current.map((item, index) => (index === key ? replace(item, rest, value) : item));
  const before: Json = isJson(current) ? current : {};
  if (rest.length === 0 && value === undefined) {
    return Object.fromEntries(Object.entries(before).filter(([name]) => name !== key));
  }
  return { ...before, [key]: replace(before[key], rest, value) };
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
