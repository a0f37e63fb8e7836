import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bookLending } from "../../../stacks/book-lending";
import { loadConfig } from "../../../stacks/config/load";
import { ConfigError } from "../../../stacks/config/problems";
import { named, ofType } from "../../support/record";
import { recordStack } from "../../support/record-stack";
import { ROOT, stackValues } from "../../support/stack-file";
import { leaves, StackRecording } from "../../support/stack-recording";

const COLOURS = ["blue", "green"] as const;
const VMS = "book-lending-vms-sg";
const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
const ACCOUNT = "123456789012";

describe("book-lending stack", function () {
  this.timeout(120_000);
  let prod: StackRecording;
  let dev: StackRecording;
  before(async () => {
    prod = new StackRecording(await recordStack("book-lending"));
    dev = new StackRecording(await recordStack("lending-dev"));
  });

  const of = (stack: StackRecording, type: string) => ofType(stack.recording, type);
  const one = (name: string, type?: string) => named(prod.recording, name, type);

  describe("who may connect to whom", () => {
    it("lets the internet in at the load balancer alone, on 443 and, to be sent on to it, on 80", () => {
      const open = of(prod, INGRESS)
        .filter(({ inputs }) => inputs.referencedSecurityGroupId === undefined)
        .map(({ inputs }) => `${prod.securityGroup(inputs.securityGroupId)} ${inputs.cidrIpv4} ${inputs.fromPort}`);
      assert.deepEqual(open.sort(), ["book-lending-alb-sg 0.0.0.0/0 443", "book-lending-alb-sg 0.0.0.0/0 80"]);
      const [listener] = one("book-lending-alb-redirect").inputs.defaultActions as Array<{ type: string }>;
      assert.equal(listener?.type, "redirect");
    });

    it("lets nobody but the load balancer reach the machines, and nobody but the machines reach the database", () => {
      assert.deepEqual(prod.callersOf(VMS), ["book-lending-alb-sg 443"]);
      assert.deepEqual(prod.callersOf("book-lending-database-group"), [`${VMS} 5432`]);
    });

    it("lets the machines out to the payment processor and the identity provider, and nobody else out to anywhere", () => {
      const out = of(prod, EGRESS)
        .filter(({ inputs }) => inputs.cidrIpv4 !== undefined || inputs.cidrIpv6 !== undefined)
        .map(({ inputs }) => `${prod.securityGroup(inputs.securityGroupId)} ${inputs.cidrIpv4} ${inputs.fromPort}`);
      assert.deepEqual(out.sort(), [`${VMS} 198.51.100.0/24 443`, `${VMS} 203.0.113.0/28 443`]);
    });

    it("leaves every other way out of the machines to the database, the network's endpoints and S3", () => {
      const group = one(VMS).id;
      const ways = of(prod, EGRESS)
        .filter(({ inputs }) => inputs.securityGroupId === group && inputs.cidrIpv4 === undefined)
        .map(({ inputs }) =>
          inputs.prefixListId === undefined
            ? `${prod.securityGroup(inputs.referencedSecurityGroupId)} ${inputs.fromPort}`
            : `S3 ${inputs.fromPort}`,
        );
      assert.deepEqual(ways.sort(), ["S3 443", "book-lending-database-group 5432", "book-lending-vpc-endpoints 443"]);
    });

    it("has the machines in private subnets of two zones, the database in isolated ones, no public address but the way in and the ways out", () => {
      const zones = COLOURS.map((colour) => {
        const { inputs } = one(`book-lending-vms-${colour}`, "aws:ec2/instance:Instance");
        assert.equal(inputs.associatePublicIpAddress, false);
        return of(prod, "aws:ec2/subnet:Subnet").find(({ id }) => id === inputs.subnetId)?.name;
      });
      assert.deepEqual(zones, ["book-lending-vpc-private-a", "book-lending-vpc-private-b"]);
      const subnets = one("book-lending-database-subnets").inputs.subnetIds as string[];
      const names = of(prod, "aws:ec2/subnet:Subnet").filter(({ id }) => subnets.includes(id ?? ""));
      assert.ok(names.length === 3 && names.every(({ name }) => name.includes("-isolated-")));
      assert.equal(of(prod, "aws:ec2/eip:Eip").length, 3);
    });

    it("opens no port for administration and gives no machine a key pair: Session Manager is the only way", () => {
      for (const { inputs, urn } of of(prod, INGRESS)) assert.ok(![22, 3389].includes(Number(inputs.fromPort)), urn);
      for (const { inputs } of of(prod, "aws:ec2/instance:Instance")) assert.equal(inputs.keyName, undefined);
      const endpoints = of(prod, "aws:ec2/vpcEndpoint:VpcEndpoint").map(({ inputs }) => String(inputs.serviceName));
      for (const service of ["ssm", "ssmmessages", "ec2messages"])
        assert.ok(endpoints.includes(`com.amazonaws.eu-west-1.${service}`), service);
    });

    it("lets the machines fetch Amazon Linux's packages through the S3 endpoint", () => {
      const policy = String(one("book-lending-vpc-endpoint-s3").inputs.policy);
      assert.ok(policy.includes("arn:aws:s3:::al2023-repos-eu-west-1-de612dc2/*"));
    });
  });

  describe("who may do what", () => {
    it("lets the machines read and write exactly their data, queue, secrets, image and parameters", () => {
      const role = String(one("book-lending-vms-role").inputs.name);
      const held = prod
        .permissions(role)
        .filter((line) => !/^(ssmmessages|ec2messages|kms|logs|cloudwatch|ecr):|^ssm:UpdateInstance/.test(line))
        .map((line) => line.replace(/arn:aws:(\w+|rds-db):eu-west-1:123456789012:/, ""));
      const queue = "book-lending-book-lending-reservations.fifo";
      const secret = (name: string) =>
        String(one(`book-lending-${name}-secret`).outputs.arn)
          .split(":")
          .slice(5)
          .join(":");
      assert.deepEqual(
        held,
        [
          `rds-db:connect dbuser:${String(one("book-lending-database-instance").outputs.resourceId)}/lending_app`,
          ...["identity", "processor"].flatMap((name) =>
            ["DescribeSecret", "GetSecretValue"].map((action) => `secretsmanager:${action} ${secret(name)}`),
          ),
          ...["ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "GetQueueUrl", "ReceiveMessage"].map(
            (action) => `sqs:${action} ${queue}`,
          ),
          ...["GetQueueAttributes", "GetQueueUrl", "SendMessage"].map((action) => `sqs:${action} ${queue}`),
          "ssm:GetParameter parameter/book-lending/book-lending-vms/*",
        ].sort(),
      );
    });

    it("lets nothing of the stack read the master user's secret", () => {
      const arn = String(
        (one("book-lending-database-instance").outputs.masterUserSecrets as Array<{ secretArn: string }>)[0]?.secretArn,
      );
      for (const { inputs, urn } of of(prod, "aws:iam/rolePolicy:RolePolicy"))
        assert.ok(!String(inputs.policy).includes(arn), urn);
    });
  });

  describe("data", () => {
    it("lies in a primary with a standby in another zone, encrypted, protected, with locked backups", () => {
      const { inputs, protect } = one("book-lending-database-instance");
      assert.deepEqual(
        [inputs.multiAz, inputs.storageEncrypted, inputs.deletionProtection, inputs.publiclyAccessible, protect],
        [true, true, true, false, true],
      );
      assert.equal(named(dev.recording, "book-lending-database-instance").inputs.multiAz, false);
      assert.equal(of(prod, "aws:backup/vaultLockConfiguration:VaultLockConfiguration").length, 1);
    });

    it("keeps the order of one book's reservations, and no other's waits for it", () => {
      const { inputs } = one("book-lending-reservations-queue");
      assert.deepEqual(
        [inputs.fifoQueue, inputs.deduplicationScope, inputs.fifoThroughputLimit],
        [true, "messageGroup", "perMessageGroupId"],
      );
    });

    it("encrypts whatever is kept with a customer key, in development too", () => {
      for (const stack of [prod, dev]) {
        for (const { inputs, urn } of of(stack, "aws:ec2/instance:Instance")) {
          const { encrypted, kmsKeyId } = inputs.rootBlockDevice as { encrypted: boolean; kmsKeyId: string };
          assert.ok(encrypted && kmsKeyId.startsWith("arn:aws:kms:"), urn);
        }
        for (const { inputs, urn } of of(stack, "aws:sqs/queue:Queue")) assert.ok(inputs.kmsMasterKeyId, urn);
        for (const { inputs, urn } of of(stack, "aws:rds/instance:Instance"))
          assert.ok(inputs.storageEncrypted === true && inputs.kmsKeyId !== undefined, urn);
        for (const { inputs, urn } of of(stack, "aws:cloudwatch/logGroup:LogGroup")) assert.ok(inputs.kmsKeyId, urn);
      }
    });
  });

  it("ends TLS at the load balancer and begins it anew to the machines", () => {
    assert.equal(one("book-lending-alb-listener").inputs.protocol, "HTTPS");
    for (const colour of COLOURS) {
      const { inputs } = one(`book-lending-alb-book-lending-vms-${colour}-targets`);
      assert.deepEqual([inputs.protocol, inputs.port, inputs.targetType], ["HTTPS", 443, "instance"]);
      const { path, protocol } = inputs.healthCheck as { path: string; protocol: string };
      assert.deepEqual([path, protocol], ["/health", "HTTPS"]);
    }
  });

  it("puts a web ACL in front of the load balancer, and gives it the application's name", () => {
    const { inputs } = of(prod, "aws:wafv2/webAclAssociation:WebAclAssociation")[0]!;
    assert.equal(inputs.resourceArn, one("book-lending-alb-alb").outputs.arn);
    const record = of(prod, "aws:route53/record:Record").find(({ inputs: { type } }) => type === "A");
    assert.equal(record?.inputs.name, "app.books.example.com");
  });

  it("tells the application where everything is, and no secret", () => {
    const text = String(one("book-lending-vms-file-app-env").inputs.insecureValue);
    const names = text
      .trim()
      .split("\n")
      .map((line) => line.split("=")[0]);
    assert.deepEqual(names, [
      ...["PORT", "AWS_REGION", "DATABASE_HOST", "DATABASE_PORT", "DATABASE_NAME", "DATABASE_USER"],
      ...[
        "RESERVATIONS_QUEUE_URL",
        "OIDC_ISSUER",
        "OIDC_CLIENT_ID",
        "OIDC_CLIENT_SECRET_ARN",
        "PROCESSOR_CREDENTIALS_ARN",
      ],
    ]);
    assert.deepEqual(prod.recording.secretOutputs, []);
  });

  it("sends every alarm to somebody", () => {
    for (const { inputs, urn } of of(prod, "aws:cloudwatch/metricAlarm:MetricAlarm"))
      assert.ok(
        (inputs.alarmActions as string[]).some((arn) => arn.includes(":sns:")),
        urn,
      );
  });

  describe("outputs", () => {
    it("are resolved to the last one, and well formed", () => {
      for (const stack of [prod, dev]) {
        for (const { path, value } of leaves(stack.recording.outputs))
          assert.ok(typeof value === "string" && value !== "", path);
      }
      const { deployment } = prod.recording.outputs as { deployment: { vms: Record<string, Record<string, string>> } };
      for (const colour of COLOURS) {
        assert.equal(deployment.vms[colour]?.imageParameter, `/book-lending/book-lending-vms/${colour}/image`);
        assert.match(deployment.vms[colour]?.instanceId ?? "", /^i-[0-9a-f]{17}$/);
        assert.match(
          deployment.vms[colour]?.targetGroupArn ?? "",
          new RegExp(`^arn:aws:elasticloadbalancing:eu-west-1:${ACCOUNT}:targetgroup/`),
        );
      }
    });

    it("are all explained in docs/systems/book-lending.md", () => {
      const declared = readFileSync(join(ROOT, "stacks", "book-lending", "outputs.ts"), "utf8");
      const names = [...declared.matchAll(/readonly (\w+)\??:/g)].map((match) => match[1]!);
      assert.ok(names.length > 10);
      const text = readFileSync(join(ROOT, "docs", "systems", "book-lending.md"), "utf8");
      for (const name of names) assert.match(text, new RegExp(`\`[^\`\n]*\\b${name}\\b[^\`\n]*\``), name);
    });
  });

  describe("configuration", () => {
    const key = (name: string) => JSON.parse(stackValues("book-lending")[`palisade:${name}`] ?? "null");
    const wrong: ReadonlyArray<readonly [string, Record<string, unknown>, RegExp]> = [
      [
        "a range wider than a partner's",
        { paymentProcessor: { cidrs: ["0.0.0.0/0"] } },
        /paymentProcessor\.cidrs\[0\].*Is wider than \/16/,
      ],
      [
        "an identity provider everywhere",
        { identityProvider: { ...key("identityProvider"), cidrs: ["10.0.0.0/8"] } },
        /identityProvider\.cidrs\[0\].*wider/,
      ],
      [
        "both machines replaceable",
        {
          machines: {
            blue: { ...key("machines").blue, replaceable: true },
            green: { ...key("machines").green, replaceable: true },
          },
        },
        /machines\.green\.replaceable.*one machine at a time/,
      ],
      [
        "an image that is not pinned",
        { machines: { ...key("machines"), blue: { imageId: "latest", instanceType: "m7g.large" } } },
        /machines\.blue\.imageId/,
      ],
      ["one zone", { region: { ...key("region"), zones: ["eu-west-1a"] } }, /region\.zones.*at least two zones/],
      [
        "a volume that hardly grows",
        { database: { ...key("database"), maxStorageGiB: 105 } },
        /database\.maxStorageGiB.*10 %/,
      ],
      [
        "short backups",
        { database: { ...key("database"), backupRetentionDays: 3 } },
        /database\.backupRetentionDays.*at least 7 days/,
      ],
    ];
    for (const [what, changes, message] of wrong) {
      it(`refuses ${what}`, () => {
        assert.match(problemsOf(changes), message);
      });
    }
    it("refuses one zone in development too", () => {
      assert.match(
        problemsOf({ environment: "development", region: { ...key("region"), zones: ["eu-west-1a"] } }),
        /need two zones/,
      );
    });
  });
});

function problemsOf(changes: Record<string, unknown>): string {
  const given = Object.fromEntries(Object.entries(changes).map(([name, value]) => [`palisade:${name}`, value]));
  try {
    loadConfig(bookLending, stackValues("book-lending", given), "book-lending");
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.message;
  }
  return "";
}
