import type { Property, ResourceGraph, ResourceNode } from "../../analysis/graph";
import { concernsAction, statementsOf } from "../../analysis/policy-document";
import { accountBaseline } from "../catalogue/account-baseline";
import { andThen, customerKey, joined, on, oneOf, when } from "../checks";
import { all, any, fail, implement, notApplicable, type Outcome, PASS, type Rule, undetermined } from "../rule";
import type { Settings } from "../settings";

const STACK = "pulumi:pulumi:Stack";
const DETECTOR = "aws:guardduty/detector:Detector";
const FEATURE = "aws:guardduty/detectorFeature:DetectorFeature";
const RECORDER = "aws:cfg/recorder:Recorder";
const CHANNEL = "aws:cfg/deliveryChannel:DeliveryChannel";
const RECORDING = "aws:cfg/recorderStatus:RecorderStatus";
const MACIE = "aws:macie2/account:Account";
const INSPECTOR = "aws:inspector2/enabler:Enabler";
const ANALYZER = "aws:accessanalyzer/analyzer:Analyzer";
const EBS_ENCRYPTION = "aws:ebs/encryptionByDefault:EncryptionByDefault";
const SNAPSHOTS = "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess";
const VPC_BLOCK = "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions";
const SECURITY_HUB = "aws:securityhub/account:Account";
const STANDARD = "aws:securityhub/standardsSubscription:StandardsSubscription";
const METADATA = "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults";
const NODE_GROUP = "aws:eks/nodeGroup:NodeGroup";
const TRAIL = "aws:cloudtrail/trail:Trail";
const PASSWORDS = "aws:iam/accountPasswordPolicy:AccountPasswordPolicy";
const PUBLIC_BUCKETS = "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock";

/** What no program declares but one that means to be the baseline of a region. */
const SIGNS_OF_REGION = [
  ...[DETECTOR, RECORDER, MACIE, INSPECTOR, EBS_ENCRYPTION, SNAPSHOTS, VPC_BLOCK],
  ...[SECURITY_HUB, METADATA],
];
const SIGNS_OF_ACCOUNT = [PASSWORDS, PUBLIC_BUCKETS];

/** Where Inspector reads the code of functions: the regions of AWS's rule inspector-lambda-code-scan-enabled. */
const CODE_SCANNING_REGIONS = [
  ...["us-east-1", "us-east-2", "us-west-2", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2"],
  ...["ap-northeast-1", "ap-southeast-1", "ap-southeast-2"],
];

/** One region of the baseline, with what of a kind stands in it. */
interface Place {
  readonly region: string;
  of(type: string): readonly ResourceNode[];
}

/** Parts of a baseline that a component of Palisade's says are another stack's. */
function isElsewhere(graph: ResourceGraph, component: string, part: string, region?: string): boolean {
  return graph.ofType(component).some((node) => {
    const [existing, own] = [node.read("existing"), node.read("region")];
    const isHere = region === undefined || (own.known && own.value === region);
    return isHere && existing.known && Array.isArray(existing.value) && existing.value.includes(part);
  });
}

const DECLARED_ELSEWHERE = notApplicable("The stack declares no baseline: the account's baseline stack does.");

/**
 * Judges each region for which the stack declares a part of the baseline, or must: then every one that it uses. `part` is the argument of
 * RegionalBaseline.
 */
function inEachRegion(
  graph: ResourceGraph,
  { baseline }: Settings,
  part: string,
  judge: (place: Place) => Outcome,
): Outcome {
  const regions = new Set(graph.ofType(...SIGNS_OF_REGION).map(({ region }) => region ?? ""));
  if (baseline === "here") {
    graph.nodes.forEach(({ region }) => region !== undefined && regions.add(region));
    // Whatever the provider's own region is, it is one.
    if (regions.size === 0) regions.add("");
  }
  if (regions.size === 0) return DECLARED_ELSEWHERE;
  const outcomes = [...regions]
    .filter((region) => !isElsewhere(graph, "palisade:security:RegionalBaseline", part, region))
    .map((region) => judge({ region, of: (type) => inRegion(graph, type, region) }));
  return outcomes.length === 0 ? notApplicable("Another stack declares it.") : all(...outcomes);
}

function inRegion(graph: ResourceGraph, type: string, region: string): readonly ResourceNode[] {
  return graph.ofType(type).filter((node) => (node.region ?? "") === region);
}

/** One of what a region has of a type must satisfy `judge`. */
function one(place: Place, type: string, missing: string, judge: (node: ResourceNode) => Outcome): Outcome {
  const otherwise = fail(place.region === "" ? `${missing}.` : `${missing} in ${place.region}.`);
  const nodes = place.of(type);
  // What stands there says best what is wrong with it.
  return nodes.length === 1 && nodes[0] !== undefined ? judge(nodes[0]) : any(nodes.map(judge), otherwise);
}

function configRole(recorder: ResourceNode, graph: ResourceGraph): Outcome {
  const role = recorder.property("roleArn");
  if (role.unknown) {
    const makers = role.producers.map((urn) => graph.get(urn)?.type);
    return makers.includes("aws:iam/serviceLinkedRole:ServiceLinkedRole") ? PASS : undetermined(role);
  }
  return when(role, (arn) =>
    String(arn).endsWith("role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig")
      ? PASS
      : fail(`${recorder.name} has a role other than AWSServiceRoleForConfig.`, role),
  );
}

/** Everything, or everything but some named types. */
function recordsEverything(recorder: ResourceNode): Outcome {
  const group = recorder.property("recordingGroup");
  return when(group.at("recordingStrategy.useOnly"), (strategy) =>
    strategy === "EXCLUSION_BY_RESOURCE_TYPES"
      ? PASS
      : on(group.at("allSupported"), `${recorder.name} records some types of resources only.`, true),
  );
}

/** A protection plan of GuardDuty: a feature that is on, with the agents that AWS then manages. */
function feature(place: Place, name: string, agents: readonly string[] = []): Outcome {
  const missing = fail(`GuardDuty goes without ${name} in ${place.region || "its region"}.`);
  return any(
    place.of(FEATURE).map((node) =>
      when(node.property("name"), (own) => {
        if (own !== name) return missing;
        const status = oneOf(node.property("status"), ["ENABLED"], `${node.name} is off.`);
        return all(status, ...agents.map((agent) => managed(node.property("additionalConfigurations"), agent)));
      }),
    ),
    missing,
  );
}

function managed(configurations: Property, agent: string): Outcome {
  return when(configurations, (list) => {
    const has = (item: unknown) => Reflect.get(Object(item), "name") === agent && statusOf(item) === "ENABLED";
    return Array.isArray(list) && list.some(has) ? PASS : fail(`Its agent ${agent} is off.`, configurations);
  });
}

const statusOf = (item: unknown): unknown => Reflect.get(Object(item), "status");

function scans(place: Place): Outcome {
  const wanted = ["EC2", "ECR", "LAMBDA", ...(CODE_SCANNING_REGIONS.includes(place.region) ? ["LAMBDA_CODE"] : [])];
  const enablers = place.of(INSPECTOR);
  return all(
    ...wanted.map((kind) =>
      any(
        enablers.map((node) =>
          when(node.property("resourceTypes"), (types) =>
            Array.isArray(types) && types.includes(kind) ? PASS : fail(`It does not scan ${kind}.`),
          ),
        ),
        fail(`Inspector does not scan ${kind} in ${place.region || "its region"}.`),
      ),
    ),
  );
}

/** The policy that AWS keeps for it, or statements that allow what the agent asks first. */
const AGENT_ACTION = "ssm:UpdateInstanceInformation";
const AGENT_POLICY = /:policy\/(AmazonSSMManagedInstanceCore|AmazonSSMManagedEC2InstanceDefaultPolicy)$/;

/** The role that a property names; one of another program may allow anything. */
function roleMayRegister(reference: Property, graph: ResourceGraph): Outcome {
  return joined(graph.resolve(reference, "aws:iam/role:Role"), ([role]) =>
    role === undefined ? undetermined(reference) : agentMayRegister(role, graph),
  );
}

/** Does a role let Systems Manager's agent register? */
function agentMayRegister(role: ResourceNode, graph: ResourceGraph): Outcome {
  const missing = fail(`${role.name} does not let Systems Manager's agent register.`);
  const named = (arn: Property) => when(arn, (value) => (AGENT_POLICY.test(String(value)) ? PASS : missing));
  const allows = (document: Property): Outcome => {
    const statements = statementsOf(document);
    if (!statements.known) return undetermined(statements);
    return statements.value.some((own) => own.allow && concernsAction(own, AGENT_ACTION)) ? PASS : missing;
  };
  const attached = graph.referring("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "role", role);
  const inline = graph.referring("aws:iam/rolePolicy:RolePolicy", "role", role);
  return any(
    [
      ...role.property("managedPolicyArns").items.map(named),
      ...attached.nodes.map((node) => named(node.property("policyArn"))),
      ...inline.nodes.map((node) => allows(node.property("policy"))),
      ...[...attached.uncertain, ...inline.uncertain].map(undetermined),
    ],
    missing,
  );
}

/** Default host management: every instance of the region, whatever its role. */
function isManagedByDefault(node: ResourceNode, graph: ResourceGraph): boolean {
  return inRegion(graph, "aws:ssm/serviceSetting:ServiceSetting", node.region ?? "").some((setting) => {
    const id = setting.read("settingId");
    return id.known && String(id.value).endsWith("default-ec2-instance-management-role");
  });
}

export const accountBaselineRules: readonly Rule[] = implement(accountBaseline, {
  "baseline-account": {
    types: [STACK],
    settings: ["baseline"],
    check(_, graph, settings) {
      const component = "palisade:security:AccountBaseline";
      const isBaseline = graph.ofType(...SIGNS_OF_ACCOUNT, component).length > 0;
      if (!isBaseline && settings.baseline !== "here") return DECLARED_ELSEWHERE;
      const needed = (part: string, type: string, what: string) =>
        graph.ofType(type).length > 0 || isElsewhere(graph, component, part) ? PASS : fail(`It has no ${what}.`);
      return all(
        needed("trail", TRAIL, "trail"),
        needed("passwordPolicy", PASSWORDS, "password policy"),
        needed("publicAccessBlock", PUBLIC_BUCKETS, "block on public buckets"),
      );
    },
  },
  "baseline-config": {
    types: [STACK],
    settings: ["baseline"],
    check(_, graph, settings) {
      return inEachRegion(graph, settings, "config", (place) =>
        andThen(
          one(place, RECORDER, "AWS Config does not record", (recorder) =>
            all(configRole(recorder, graph), recordsEverything(recorder)),
          ),
          () =>
            all(
              one(place, RECORDING, "Nothing starts AWS Config's recorder", (node) =>
                on(node.property("isEnabled"), `${node.name} leaves the recorder off.`),
              ),
              one(place, CHANNEL, "AWS Config delivers nothing", () => PASS),
            ),
        ),
      );
    },
  },
  "baseline-guardduty": {
    types: [STACK],
    settings: ["baseline"],
    check(_, graph, settings) {
      return inEachRegion(graph, settings, "guardDuty", (place) =>
        andThen(
          one(place, DETECTOR, "There is no GuardDuty detector", (node) =>
            on(node.property("enable"), `${node.name} is suspended.`, true),
          ),
          () =>
            all(
              feature(place, "S3_DATA_EVENTS"),
              feature(place, "LAMBDA_NETWORK_LOGS"),
              feature(place, "RDS_LOGIN_EVENTS"),
              feature(place, "EKS_AUDIT_LOGS"),
              feature(place, "EBS_MALWARE_PROTECTION"),
              feature(place, "RUNTIME_MONITORING", ["EKS_ADDON_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT"]),
            ),
        ),
      );
    },
  },
  "baseline-macie": {
    types: [STACK],
    settings: ["baseline"],
    check(_, graph, settings) {
      return inEachRegion(graph, settings, "macie", (place) =>
        one(place, MACIE, "Macie is off", (node) =>
          oneOf(node.property("status"), ["ENABLED"], `${node.name} is paused.`, { byDefault: "ENABLED" }),
        ),
      );
    },
  },
  "baseline-inspector": {
    types: [STACK],
    settings: ["baseline"],
    check(_, graph, settings) {
      return inEachRegion(graph, settings, "inspector", scans);
    },
  },
  "baseline-access-analyzer": {
    types: [STACK],
    settings: ["baseline"],
    check(_, graph, settings) {
      return inEachRegion(graph, settings, "accessAnalyzer", (place) =>
        one(place, ANALYZER, "No analyzer looks for access from outside", (node) =>
          oneOf(node.property("type"), ["ACCOUNT", "ORGANIZATION"], `${node.name} looks for something else.`, {
            byDefault: "ACCOUNT",
          }),
        ),
      );
    },
  },
  "baseline-ebs-encryption": {
    types: [STACK],
    settings: ["baseline"],
    check(_, graph, settings) {
      return inEachRegion(graph, settings, "ec2Defaults", (place) =>
        all(
          one(place, EBS_ENCRYPTION, "Volumes are not encrypted by default", (node) =>
            on(node.property("enabled"), `${node.name} is off.`, true),
          ),
          one(place, SNAPSHOTS, "Snapshots may be made public", (node) =>
            oneOf(node.property("state"), ["block-all-sharing"], `${node.name} leaves public snapshots public.`),
          ),
        ),
      );
    },
  },
  "baseline-vpc-public-access": {
    types: [STACK],
    settings: ["baseline"],
    check(_, graph, settings) {
      return inEachRegion(graph, settings, "vpcPublicAccessBlock", (place) =>
        one(place, VPC_BLOCK, "VPCs are open to the internet", (node) =>
          oneOf(
            node.property("internetGatewayBlockMode"),
            ["block-ingress", "block-bidirectional"],
            `${node.name} blocks nothing.`,
          ),
        ),
      );
    },
  },
  "instances-managed": {
    types: ["aws:ec2/instance:Instance", "aws:ec2/launchTemplate:LaunchTemplate"],
    check(node, graph) {
      if (isManagedByDefault(node, graph)) return PASS;
      const isTemplate = node.type !== "aws:ec2/instance:Instance";
      const named = isTemplate
        ? ["iamInstanceProfile.arn", "iamInstanceProfile.name"].map((path) => node.property(path))
        : [node.property("iamInstanceProfile")];
      const nodeGroups = isTemplate ? graph.referring(NODE_GROUP, "launchTemplate.id", node) : undefined;
      // EKS gives its nodes the node group's role, by a profile of its own.
      if (nodeGroups !== undefined && nodeGroups.nodes.length > 0)
        return all(...nodeGroups.nodes.map((group) => roleMayRegister(group.property("nodeRoleArn"), graph)));
      const profile = named.find((property) => !property.absent);
      if (profile === undefined) return fail("It has no instance profile.", named[0]);
      return joined(graph.resolve(profile, "aws:iam/instanceProfile:InstanceProfile"), ([own]) => {
        // A profile of another program may hold any role.
        if (own === undefined) return undetermined(profile);
        return roleMayRegister(own.property("role"), graph);
      });
    },
  },
  "baseline-security-hub": {
    types: [STACK],
    settings: ["baseline"],
    check(_, graph, settings) {
      return inEachRegion(graph, settings, "securityHub", (place) =>
        andThen(
          one(place, SECURITY_HUB, "Security Hub is off", (node) =>
            on(node.property("autoEnableControls"), `${node.name} leaves new controls off.`, true),
          ),
          () =>
            any(
              place
                .of(STANDARD)
                .map((node) =>
                  when(node.property("standardsArn"), (arn) =>
                    String(arn).includes("/pci-dss/") ? PASS : fail(`${node.name} is another standard.`),
                  ),
                ),
              fail(`Security Hub does not judge ${place.region || "its region"} by PCI DSS.`),
            ),
        ),
      );
    },
  },
  "baseline-instance-metadata": {
    types: [STACK],
    settings: ["baseline"],
    check(_, graph, settings) {
      return inEachRegion(graph, settings, "ec2Defaults", (place) =>
        one(place, METADATA, "Instances tell their credentials without a token", (node) =>
          oneOf(node.property("httpTokens"), ["required"], `${node.name} leaves the token out.`),
        ),
      );
    },
  },
  "config-global-resources": {
    types: [STACK],
    check(_, graph) {
      const recorders = graph.ofType(RECORDER);
      if (recorders.length === 0 || graph.ofType(...SIGNS_OF_ACCOUNT).length === 0)
        return notApplicable("The account's baseline stack records them.");
      const missing = "No region records what belongs to none.";
      return any(
        recorders.map((node) => on(node.property("recordingGroup.includeGlobalResourceTypes"), missing)),
        fail(missing),
      );
    },
  },
  "config-delivery-customer-key": {
    types: [CHANNEL],
    check(channel, graph) {
      const key = channel.property("s3KmsKeyArn");
      return key.absent
        ? notApplicable("The bucket's own encryption holds.")
        : customerKey(key, graph, "What it delivers is not encrypted with a customer key.");
    },
  },
});
