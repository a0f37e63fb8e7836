import { pciDss } from "../../policies/pci-dss/rules";
import { allow, document } from "./documents";
import { ref } from "./fixture-graph";
import { ruleCases } from "./rule-cases";

const group = { type: "aws:ec2/securityGroup:SecurityGroup", inputs: { description: "Orders" } };
const rule = {
  type: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  inputs: { securityGroupId: ref("group"), ipProtocol: "tcp", fromPort: 443, toPort: 443, cidrIpv4: "10.0.0.0/8" },
};
const legacy = {
  type: "aws:ec2/securityGroupRule:SecurityGroupRule",
  inputs: {
    securityGroupId: ref("group"),
    type: "ingress",
    protocol: "tcp",
    fromPort: 443,
    toPort: 443,
    cidrBlocks: ["10.0.0.0/8"],
  },
};
const secure = { group, rule, legacy };
const world = "0.0.0.0/0";

const openList = {
  type: "aws:ec2/managedPrefixList:ManagedPrefixList",
  inputs: { entries: [{ cidr: "192.0.2.0/24" }, { cidr: world }] },
};

/** The same hole in each of the ways in which a permission can be written. */
const openPort = (port: number) => ({
  "IPv4 in a rule": { rule: { cidrIpv4: world, fromPort: port, toPort: port } },
  "IPv6 in a rule": { rule: { cidrIpv4: undefined, cidrIpv6: "::/0", fromPort: port, toPort: port } },
  "a legacy rule": { legacy: { cidrBlocks: ["10.0.0.0/8", world], fromPort: port, toPort: port } },
  "IPv6 in a legacy rule": { legacy: { ipv6CidrBlocks: ["::/0"], fromPort: port, toPort: port } },
  "an inline rule": { group: { ingress: [{ protocol: "tcp", fromPort: port, toPort: port, cidrBlocks: [world] }] } },
  "half of the world": { rule: { cidrIpv4: "128.0.0.0/1", fromPort: port, toPort: port } },
  "a prefix list": {
    list: openList,
    rule: { cidrIpv4: undefined, prefixListId: ref("list"), fromPort: port, toPort: port },
  },
  "a range of ports": { rule: { cidrIpv4: world, fromPort: 1, toPort: 65_535 } },
  "all protocols": { rule: { cidrIpv4: world, ipProtocol: "-1", fromPort: undefined, toPort: undefined } },
});
const web = { "the web for everyone": { rule: { cidrIpv4: world } } };
/** A hole that is written elsewhere is found whatever these are. */

ruleCases(pciDss, {
  "sg-no-open-administration": {
    secure,
    broken: openPort(22),
    alsoSecure: { ...web, "SSH from an office": { rule: { cidrIpv4: "203.0.113.0/24", fromPort: 22, toPort: 22 } } },
  },
  "sg-no-open-high-risk-ports": { secure, broken: openPort(5432), alsoSecure: web },
  "sg-web-ports-only": { secure, broken: openPort(8443), alsoSecure: web },
  "sg-egress-restricted": {
    secure: {
      group,
      rule: {
        type: "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        inputs: { securityGroupId: ref("group"), ipProtocol: "tcp", fromPort: 443, toPort: 443, cidrIpv4: world },
      },
      legacy: { ...legacy, inputs: { ...legacy.inputs, type: "egress" } },
    },
    broken: {
      "everything in a rule": { rule: { ipProtocol: "-1", fromPort: undefined, toPort: undefined } },
      "everything inline": { group: { egress: [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: [world] }] } },
      "all ports in a legacy rule": { legacy: { cidrBlocks: [world], fromPort: 0, toPort: 65_535 } },
    },
    alsoSecure: {
      "a service's own prefix list": {
        rule: { cidrIpv4: undefined, prefixListId: ref("endpoint", "prefixListId") },
        endpoint: { type: "aws:ec2/vpcEndpoint:VpcEndpoint", inputs: { serviceName: "com.amazonaws.eu-west-1.s3" } },
      },
    },
  },
  "sg-one-kind-of-rules": {
    secure: { group, rule },
    broken: {
      "inline rules beside a resource": {
        group: { ingress: [{ protocol: "tcp", fromPort: 80, toPort: 80, cidrBlocks: ["10.0.0.0/8"] }] },
      },
      "an old rule beside a new one": { legacy },
    },
    alsoSecure: {
      "old rules alone": { rule: undefined, legacy },
      "inline rules alone": {
        group: { ingress: [{ protocol: "tcp", fromPort: 80, toPort: 80, cidrBlocks: ["10.0.0.0/8"] }] },
        rule: undefined,
      },
      "what the provider reads back": {
        group: { ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["10.0.0.0/8"] }] },
      },
    },
  },
  "vpc-default-sg-closed": {
    secure: {
      vpc: { type: "aws:ec2/vpc:Vpc" },
      closed: { type: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", inputs: { vpcId: ref("vpc") } },
    },
    broken: {
      "AWS's own": { closed: undefined },
      "a rule for it": {
        added: { ...rule, inputs: { ...rule.inputs, securityGroupId: ref("closed") } },
      },
      "rules to the outside": { closed: { egress: [{ protocol: "-1", cidrBlocks: [world] }] } },
      "rules between members": { closed: { ingress: [{ protocol: "-1", self: true }] } },
    },
  },
  "vpc-flow-logs": {
    secure: {
      vpc: { type: "aws:ec2/vpc:Vpc" },
      log: { type: "aws:ec2/flowLog:FlowLog", inputs: { vpcId: ref("vpc"), trafficType: "ALL" } },
    },
    broken: { "no log": { log: undefined }, "accepted traffic only": { log: { trafficType: "ACCEPT" } } },
  },
  "subnet-no-public-addresses": {
    secure: { subnet: { type: "aws:ec2/subnet:Subnet", inputs: { mapPublicIpOnLaunch: false } } },
    broken: { "public addresses": { subnet: { mapPublicIpOnLaunch: true } } },
    alsoSecure: { "AWS's default": { subnet: { mapPublicIpOnLaunch: undefined } } },
  },
});

const answers = { ruleNo: 100, action: "allow", protocol: "tcp", fromPort: 1024, toPort: 65_535, cidrBlock: world };
const denial = { ruleNo: 90, action: "deny", protocol: "tcp", fromPort: 3389, toPort: 3389, cidrBlock: world };
const acl = { type: "aws:ec2/networkAcl:NetworkAcl", inputs: { ingress: [answers, denial] } };
const subnet = { type: "aws:ec2/subnet:Subnet" };
const aclRule = {
  type: "aws:ec2/networkAclRule:NetworkAclRule",
  inputs: {
    networkAclId: ref("acl"),
    ruleNumber: 110,
    ruleAction: "allow",
    protocol: "tcp",
    fromPort: 443,
    toPort: 443,
    cidrBlock: world,
  },
};

ruleCases(pciDss, {
  "nacl-no-open-administration": {
    secure: { acl, aclRule },
    broken: {
      "answers without a denial of RDP": { acl: { ingress: [answers] } },
      "a denial that comes too late": { acl: { ingress: [answers, { ...denial, ruleNo: 200 }] } },
      "SSH in a rule": { aclRule: { fromPort: 22, toPort: 22 } },
      "everything in a rule": { aclRule: { protocol: "-1", fromPort: 0, toPort: 0, ruleNumber: 10 } },
      "a denial of half the world": { acl: { ingress: [answers, { ...denial, cidrBlock: "0.0.0.0/1" }] } },
      "a denial for the other address family": {
        aclRule: { ruleNumber: 10, cidrBlock: undefined, ipv6CidrBlock: "::/0", fromPort: 3389, toPort: 3389 },
      },
      "IPv6 in a rule": { aclRule: { cidrBlock: undefined, ipv6CidrBlock: "::/0", fromPort: 22, toPort: 22 } },
    },
    alsoSecure: { "a rule for what goes out": { aclRule: { egress: true, fromPort: 22, toPort: 22 } } },
  },
  "nacl-not-open": {
    secure: { acl, aclRule },
    broken: {
      "all protocols": { aclRule: { protocol: "-1", fromPort: 0, toPort: 0 } },
      "all ports": { aclRule: { fromPort: 0, toPort: 65_535 } },
      "all ports over UDP": { aclRule: { protocol: "17", fromPort: 0, toPort: 65_535 } },
      "all ports in two entries": { aclRule: { fromPort: 0, toPort: 1023 }, acl: { ingress: [answers] } },
    },
  },
  "nacl-in-use": {
    secure: { acl: { ...acl, inputs: { subnetIds: [ref("subnet")] } }, subnet },
    broken: { "no subnet": { acl: { subnetIds: undefined } }, "an empty list": { acl: { subnetIds: [] } } },
    alsoSecure: {
      "an association": {
        acl: { subnetIds: undefined },
        link: {
          type: "aws:ec2/networkAclAssociation:NetworkAclAssociation",
          inputs: { networkAclId: ref("acl"), subnetId: ref("subnet") },
        },
      },
    },
  },
});

const container = {
  name: "orders",
  user: "10001:10001",
  readonlyRootFilesystem: true,
  logConfiguration: { logDriver: "awslogs" },
  environment: [
    { name: "DB_SECRET_ARN", value: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db" },
    { name: "DB_SECRET", value: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db" },
  ],
};
const task = {
  type: "aws:ecs/taskDefinition:TaskDefinition",
  inputs: {
    networkMode: "awsvpc",
    containerDefinitions: JSON.stringify([container]),
    taskRoleArn: ref("taskRole", "arn"),
    executionRoleArn: ref("executionRole", "arn"),
    volumes: [{ name: "files", efsVolumeConfiguration: { transitEncryption: "ENABLED" } }],
  },
};
const definition = (change: Record<string, unknown>) => ({
  task: { containerDefinitions: JSON.stringify([container, { ...container, ...change }]) },
});
const role = { type: "aws:iam/role:Role" };
const service = {
  type: "aws:ecs/service:Service",
  inputs: {
    cluster: ref("cluster", "arn"),
    enableExecuteCommand: true,
    networkConfiguration: { assignPublicIp: false },
    platformVersion: "LATEST",
  },
};
const exec = { kmsKeyId: ref("key", "arn"), logging: "OVERRIDE", logConfiguration: { cloudWatchLogGroupName: "exec" } };
const cluster = { type: "aws:ecs/cluster:Cluster", inputs: { configuration: { executeCommandConfiguration: exec } } };
const executing = (change: Record<string, unknown>) => ({
  cluster: { configuration: { executeCommandConfiguration: { ...exec, ...change } } },
});
const key = { type: "aws:kms/key:Key" };
const tasks = { task, taskRole: role, executionRole: role };

ruleCases(pciDss, {
  "ecs-no-public-address": {
    secure: { service, cluster, key },
    broken: { "public addresses": { service: { networkConfiguration: { assignPublicIp: true } } } },
  },
  "ecs-latest-platform": {
    secure: { service, cluster, key },
    broken: { "an old platform": { service: { platformVersion: "1.3.0" } } },
  },
  "ecs-isolated-tasks": {
    secure: tasks,
    broken: {
      "the host's network": { task: { networkMode: "host" } },
      "the host's processes": { task: { pidMode: "host" } },
    },
  },
  "ecs-unprivileged": { secure: tasks, broken: { "a privileged container": definition({ privileged: true }) } },
  "ecs-read-only-root": {
    secure: tasks,
    broken: {
      "a container that may write": definition({ readonlyRootFilesystem: undefined }),
      "what is no JSON": { task: { containerDefinitions: "[{" } },
    },
  },
  "ecs-non-root": {
    secure: tasks,
    broken: {
      "no user": definition({ user: undefined }),
      root: definition({ user: "root" }),
      zero: definition({ user: "0:0" }),
    },
    alsoSecure: { "a FireLens router": definition({ user: "0", firelensConfiguration: { type: "fluentbit" } }) },
  },
  "ecs-no-secrets-in-environment": {
    secure: tasks,
    broken: {
      "a password": definition({ environment: [{ name: "DB_PASSWORD", value: "hunter2" }] }),
      "an access key": definition({ environment: [{ name: "ID", value: "AKIAIOSFODNN7EXAMPLE" }] }),
    },
  },
  "ecs-logs": { secure: tasks, broken: { "no log": definition({ logConfiguration: undefined }) } },
  "ecs-efs-tls": {
    secure: tasks,
    broken: { "plain traffic": { task: { volumes: [{ name: "files", efsVolumeConfiguration: {} }] } } },
  },
  "ecs-two-roles": {
    secure: tasks,
    broken: { "one role": { task: { taskRoleArn: ref("executionRole", "arn") } } },
    alsoSecure: { "no task role": { task: { taskRoleArn: undefined } } },
  },
  "ecs-exec-audited": {
    secure: { service, cluster, key },
    broken: {
      "no key": executing({ kmsKeyId: undefined }),
      "the task's own log": executing({ logging: "DEFAULT" }),
      "no log": executing({ logConfiguration: undefined }),
    },
    alsoSecure: { "exec off": { service: { enableExecuteCommand: undefined }, ...executing({ kmsKeyId: undefined }) } },
    notNeeded: {
      "cluster.configuration.executeCommandConfiguration.logConfiguration.cloudWatchLogGroupName":
        "a group that is not known yet is a group",
    },
  },
});

const trail = {
  type: "aws:cloudtrail/trail:Trail",
  inputs: {
    kmsKeyId: ref("key", "arn"),
    enableLogFileValidation: true,
    isMultiRegionTrail: true,
    cloudWatchLogsGroupArn: ref("log", "arn"),
  },
};
const log = {
  type: "aws:cloudwatch/logGroup:LogGroup",
  inputs: { kmsKeyId: ref("key", "arn"), retentionInDays: 365 },
};
const trails = { trail, key, log };
const category = (name: string) => ({ field: "eventCategory", equals: [name] });
const off = (property: string) => ({ [`no ${property}`]: { trail: { [property]: undefined } } });

ruleCases(pciDss, {
  "log-group-customer-key": {
    secure: {
      log,
      key: {
        ...key,
        inputs: {
          policy: document(
            allow({ Principal: { Service: "logs.eu-west-1.amazonaws.com" }, Action: "kms:Decrypt", Resource: "*" }),
          ),
        },
      },
    },
    broken: {
      "no key": { log: { kmsKeyId: undefined } },
      "a key that CloudWatch Logs may not use": { key: { policy: document() } },
      "a key with AWS's default policy": { key: { policy: undefined } },
      "a key that CloudWatch Logs may use elsewhere": {
        key: {
          policy: document(
            allow({ Principal: { Service: "logs.us-east-1.amazonaws.com" }, Action: "kms:Decrypt", Resource: "*" }),
          ),
        },
      },
    },
    alsoSecure: { "a key that is made elsewhere": { log: { kmsKeyId: "arn:aws:kms:eu-west-1:1:key/1" } } },
  },
  "log-group-retention": {
    secure: { log, key },
    broken: { "a month": { log: { retentionInDays: 30 } } },
    alsoSecure: { "for ever": { log: { retentionInDays: undefined } } },
    notApplicable: {
      "Container Insights": { log: { name: "/aws/ecs/containerinsights/x/performance", retentionInDays: 14 } },
    },
  },
  "cloudtrail-customer-key": { secure: trails, broken: off("kmsKeyId") },
  "cloudtrail-validation": { secure: trails, broken: off("enableLogFileValidation") },
  "cloudtrail-all-regions": {
    secure: trails,
    broken: {
      ...off("isMultiRegionTrail"),
      "a stopped trail": { trail: { enableLogging: false } },
      "no global services": { trail: { includeGlobalServiceEvents: false } },
      "data events only": { trail: { advancedEventSelectors: [{ fieldSelectors: [category("Data")] }] } },
      "reads only": {
        trail: {
          advancedEventSelectors: [
            { fieldSelectors: [category("Management"), { field: "readOnly", equals: ["true"] }] },
          ],
        },
      },
      "writes only, by a basic selector": { trail: { eventSelectors: [{ readWriteType: "WriteOnly" }] } },
      "no management events, by a basic selector": { trail: { eventSelectors: [{ includeManagementEvents: false }] } },
    },
    alsoSecure: {
      "management and data events": {
        trail: {
          advancedEventSelectors: [
            { fieldSelectors: [category("Management")] },
            { fieldSelectors: [category("Data")] },
          ],
        },
      },
      "a basic selector": { trail: { eventSelectors: [{ includeManagementEvents: true, readWriteType: "All" }] } },
      "a second trail for data events": { more: { type: "aws:cloudtrail/trail:Trail" } },
    },
  },
  "cloudtrail-to-cloudwatch": {
    secure: trails,
    broken: off("cloudWatchLogsGroupArn"),
    notNeeded: { "trail.cloudWatchLogsGroupArn": "a group that is not known yet is a group" },
  },
  "guardduty-enabled": {
    secure: { detector: { type: "aws:guardduty/detector:Detector", inputs: { enable: true } } },
    broken: { suspended: { detector: { enable: false } } },
  },
  "alarm-has-actions": {
    secure: {
      alarm: { type: "aws:cloudwatch/metricAlarm:MetricAlarm", inputs: { name: "errors", alarmActions: ["arn"] } },
      both: {
        type: "aws:cloudwatch/compositeAlarm:CompositeAlarm",
        inputs: { alarmRule: 'ALARM("slow") AND ALARM("many")', alarmActions: ["arn"] },
      },
    },
    broken: {
      "no action": { alarm: { alarmActions: undefined } },
      "an empty list": { alarm: { alarmActions: [] } },
      "a composite alarm without": { both: { alarmActions: undefined } },
    },
    alsoSecure: { "what another alarm acts for": { alarm: { name: "slow", alarmActions: undefined } } },
  },
  "alarm-actions-enabled": {
    secure: { alarm: { type: "aws:cloudwatch/metricAlarm:MetricAlarm", inputs: { actionsEnabled: true } } },
    broken: { off: { alarm: { actionsEnabled: false } } },
  },
});
