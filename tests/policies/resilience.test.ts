import { resilience } from "../../policies/resilience/rules";
import { ref } from "./fixture-graph";
import { ruleCases } from "./rule-cases";

const without = (node: string, ...properties: string[]) =>
  Object.fromEntries(properties.map((property) => [`no ${property}`, { [node]: { [property]: undefined } }]));
const subnet = (zone: string, table?: string) => ({
  type: "aws:ec2/subnet:Subnet",
  inputs: { availabilityZone: zone, ...(table === undefined ? {} : { vpcId: ref("vpc") }) },
});
const zones = { a: subnet("eu-west-1a"), b: subnet("eu-west-1b") };
const oneZone = { b: { availabilityZone: "eu-west-1a" } };

const db = {
  type: "aws:rds/instance:Instance",
  inputs: { multiAz: true, backupRetentionPeriod: 35, deletionProtection: true, skipFinalSnapshot: false },
};
const replica = { type: "aws:rds/instance:Instance", inputs: { replicateSourceDb: ref("db", "identifier") } };
const aurora = {
  type: "aws:rds/cluster:Cluster",
  inputs: { engine: "aurora-postgresql", backupRetentionPeriod: 35, deletionProtection: true },
};
const member = {
  type: "aws:rds/clusterInstance:ClusterInstance",
  inputs: { clusterIdentifier: ref("aurora") },
};
/** A node without a replication group. */
const alone = {
  type: "aws:elasticache/cluster:Cluster",
  inputs: { engine: "redis", snapshotRetentionLimit: 7 },
};
const cache = {
  type: "aws:elasticache/replicationGroup:ReplicationGroup",
  inputs: {
    automaticFailoverEnabled: true,
    multiAzEnabled: true,
    numNodeGroups: 2,
    replicasPerNodeGroup: 1,
    snapshotRetentionLimit: 7,
  },
};
const balancer = {
  type: "aws:lb/loadBalancer:LoadBalancer",
  inputs: { subnets: [ref("a"), ref("b")], enableDeletionProtection: true },
};
const service = {
  type: "aws:ecs/service:Service",
  inputs: {
    desiredCount: 2,
    networkConfiguration: { subnets: [ref("a"), ref("b")] },
    deploymentCircuitBreaker: { enable: true, rollback: true },
  },
};

ruleCases(resilience, {
  "rds-multi-az": {
    secure: { db, replica, aurora, one: member, two: member },
    broken: {
      ...without("db", "multiAz"),
      "a cluster of one": { two: undefined },
      "an instance of another cluster": { two: { clusterIdentifier: "other" } },
    },
    alsoSecure: { "a Multi-AZ cluster": { aurora: { dbClusterInstanceClass: "db.r8g.large" }, one: undefined } },
    notNeeded: {
      "replica.replicateSourceDb": "a source that is not known yet is a source",
    },
  },
  "elasticache-multi-az": {
    secure: { cache },
    broken: without("cache", "automaticFailoverEnabled", "multiAzEnabled", "replicasPerNodeGroup"),
    alsoSecure: { "nodes by number": { cache: { replicasPerNodeGroup: undefined, numCacheClusters: 3 } } },
  },
  "opensearch-multi-az": {
    secure: {
      domain: {
        type: "aws:opensearch/domain:Domain",
        inputs: { clusterConfig: { zoneAwarenessEnabled: true, instanceCount: 3 } },
      },
    },
    broken: {
      "one zone": { domain: { clusterConfig: { instanceCount: 3 } } },
      "two nodes": { domain: { clusterConfig: { zoneAwarenessEnabled: true, instanceCount: 2 } } },
    },
  },
  "msk-multi-az": {
    secure: {
      ...zones,
      brokers: {
        type: "aws:msk/cluster:Cluster",
        inputs: { brokerNodeGroupInfo: { clientSubnets: [ref("a"), ref("b")] } },
      },
    },
    broken: { "one zone": oneZone, "one subnet": { brokers: { brokerNodeGroupInfo: { clientSubnets: [ref("a")] } } } },
  },
  "lb-multi-az": {
    secure: { ...zones, balancer },
    broken: {
      "one subnet": { balancer: { subnets: ["subnet-1"] } },
      "one mapping": { balancer: { subnets: undefined, subnetMappings: [{ subnetId: "subnet-1" }] } },
    },
    alsoSecure: {
      "subnets made elsewhere": { balancer: { subnets: ["subnet-1", "subnet-2"] } },
      mappings: {
        balancer: { subnets: undefined, subnetMappings: [{ subnetId: ref("a") }, { subnetId: "subnet-2" }] },
      },
    },
  },
  "ecs-service-multi-az": {
    secure: { ...zones, service },
    broken: {
      "one zone": oneZone,
      "one task": { service: { desiredCount: 1 } },
      "one subnet": { service: { networkConfiguration: { subnets: ["subnet-1"] } } },
    },
    alsoSecure: {
      "one at a time, by its own deployments": {
        service: { desiredCount: 1, deploymentMinimumHealthyPercent: 0, deploymentMaximumPercent: 100 },
      },
    },
  },
  "ecs-deployment-rollback": {
    secure: { ...zones, service },
    broken: {
      ...without("service", "deploymentCircuitBreaker"),
      "no rollback": { service: { deploymentCircuitBreaker: { enable: true, rollback: false } } },
    },
    alsoSecure: {
      "rollback on alarms": {
        service: { deploymentCircuitBreaker: undefined, alarms: { enable: true, rollback: true, alarmNames: ["a"] } },
      },
    },
    notApplicable: { CodeDeploy: { service: { deploymentController: { type: "CODE_DEPLOY" } } } },
  },
  "nat-gateway-per-zone": {
    secure: {
      vpc: { type: "aws:ec2/vpc:Vpc" },
      private: subnet("eu-west-1a", "private"),
      public: subnet("eu-west-1a", "public"),
      nat: { type: "aws:ec2/natGateway:NatGateway", inputs: { subnetId: ref("public") } },
      table: { type: "aws:ec2/routeTable:RouteTable" },
      route: {
        type: "aws:ec2/route:Route",
        inputs: { routeTableId: ref("table"), destinationCidrBlock: "0.0.0.0/0", natGatewayId: ref("nat") },
      },
      association: {
        type: "aws:ec2/routeTableAssociation:RouteTableAssociation",
        inputs: { subnetId: ref("private"), routeTableId: ref("table") },
      },
    },
    broken: { "a gateway in another zone": { public: { availabilityZone: "eu-west-1b" } } },
    alsoSecure: {
      "a regional gateway": { public: { availabilityZone: "eu-west-1b" }, nat: { availabilityMode: "regional" } },
    },
    notApplicable: { "no way out": { route: undefined } },
  },
  "sqs-dead-letter-queue": {
    secure: {
      queue: {
        type: "aws:sqs/queue:Queue",
        inputs: {
          redrivePolicy: JSON.stringify({
            deadLetterTargetArn: "arn:aws:sqs:eu-west-1:123456789012:orders-dlq",
            maxReceiveCount: 5,
          }),
        },
      },
      dlq: { type: "aws:sqs/queue:Queue", inputs: { name: "orders-dlq" } },
    },
    broken: {
      ...without("queue", "redrivePolicy"),
      "a queue that refuses to be one for others": {
        queue: { redrivePolicy: undefined, redriveAllowPolicy: JSON.stringify({ redrivePermission: "denyAll" }) },
      },
    },
    alsoSecure: {
      "a queue for what EventBridge can not deliver": {
        undelivered: { type: "aws:sqs/queue:Queue", inputs: { name: "undelivered" } },
        target: {
          type: "aws:cloudwatch/eventTarget:EventTarget",
          inputs: { deadLetterConfig: { arn: "arn:aws:sqs:eu-west-1:123456789012:undelivered" } },
        },
      },
    },
    notApplicable: {
      "a queue that says whose it is": {
        dlq: undefined,
        queue: {
          redrivePolicy: undefined,
          redriveAllowPolicy: JSON.stringify({ redrivePermission: "byQueue", sourceQueueArns: ["arn"] }),
        },
      },
    },
  },
  "rds-backups": {
    secure: { db, replica, aurora, one: member },
    broken: {
      "AWS's default of one day": { db: { backupRetentionPeriod: undefined } },
      "no backups": { aurora: { backupRetentionPeriod: 0 } },
      "six days": { db: { backupRetentionPeriod: 6 } },
    },
    notNeeded: {
      "replica.replicateSourceDb": "a source that is not known yet is a source",
    },
  },
  "rds-deletion-protection": {
    secure: { db, replica, aurora, one: member },
    broken: { ...without("db", "deletionProtection"), "a cluster without": { aurora: { deletionProtection: false } } },
    notNeeded: {
      "replica.replicateSourceDb": "a source that is not known yet is a source",
    },
  },
  "rds-final-snapshot": {
    secure: { db, replica, aurora, one: member },
    broken: { "no snapshot": { db: { skipFinalSnapshot: true } } },
  },
  "elasticache-backups": {
    secure: { cache, alone },
    broken: { ...without("cache", "snapshotRetentionLimit"), ...without("alone", "snapshotRetentionLimit") },
    alsoSecure: { Memcached: { alone: { engine: "memcached", snapshotRetentionLimit: undefined } } },
  },
  "s3-bucket-versioning": {
    secure: {
      bucket: { type: "aws:s3/bucket:Bucket" },
      versioning: {
        type: "aws:s3/bucketVersioning:BucketVersioning",
        inputs: { bucket: ref("bucket"), versioningConfiguration: { status: "Enabled" } },
      },
    },
    broken: {
      "no versioning": { versioning: undefined },
      "suspended versioning": { versioning: { versioningConfiguration: { status: "Suspended" } } },
    },
  },
  "s3-bucket-no-force-destroy": {
    secure: { bucket: { type: "aws:s3/bucket:Bucket", inputs: { forceDestroy: false } } },
    broken: { "force destroy": { bucket: { forceDestroy: true } } },
  },
  "dynamodb-point-in-time-recovery": {
    secure: { table: { type: "aws:dynamodb/table:Table", inputs: { pointInTimeRecovery: { enabled: true } } } },
    broken: without("table", "pointInTimeRecovery"),
  },
  "dynamodb-deletion-protection": {
    secure: { table: { type: "aws:dynamodb/table:Table", inputs: { deletionProtectionEnabled: true } } },
    broken: without("table", "deletionProtectionEnabled"),
  },
  "lb-deletion-protection": { secure: { ...zones, balancer }, broken: without("balancer", "enableDeletionProtection") },
  "backup-vault-locked": {
    secure: {
      vault: { type: "aws:backup/vault:Vault", inputs: { name: "orders" } },
      lock: {
        type: "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
        inputs: { backupVaultName: ref("vault", "name"), minRetentionDays: 7 },
      },
    },
    broken: { "no lock": { lock: undefined }, "no time": { lock: { minRetentionDays: undefined } } },
  },
});
