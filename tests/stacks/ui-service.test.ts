import assert from "node:assert/strict";
import type { RecordedResource } from "../../simulator";
import { ConfigError } from "../../stacks/config/problems";
import { loadConfig } from "../../stacks/config/load";
import { uiService } from "../../stacks/ui-service";
import { named, ofType } from "../support/record";
import { recordStack } from "../support/record-stack";
import { stackValues } from "../support/stack-file";
import { leaves, StackRecording } from "../support/stack-recording";

const PREFIX = "ui-service-euw1";
const INSTANCES = `${PREFIX}-ui-sg`;
const ORCHESTRATOR = `${PREFIX}-orchestrator-service-sg`;
const DATABASE = `${PREFIX}-database-group`;

const settingsOf = ({ inputs }: RecordedResource): Record<string, string> =>
  Object.fromEntries(
    (inputs.settings as Array<{ namespace: string; name: string; value: string }>).map(({ namespace, name, value }) => [
      `${namespace} ${name}`,
      value,
    ]),
  );

/** A key of Pulumi.ui-service.yaml, as an object to change. */
const production = (key: string) => JSON.parse(stackValues("ui-service")[`palisade:${key}`] ?? "null");

describe("UI service", function () {
  this.timeout(120_000);
  let prod: StackRecording;
  let dev: StackRecording;
  before(async () => {
    prod = new StackRecording(await recordStack("ui-service"));
    dev = new StackRecording(await recordStack("ui-service-dev"));
  });
  const both = (): StackRecording[] => [prod, dev];
  const rules = (stack: StackRecording, direction: "Ingress" | "Egress", group: string) =>
    ofType(stack.recording, `aws:vpc/securityGroup${direction}Rule:SecurityGroup${direction}Rule`).filter(
      ({ inputs }) => stack.securityGroup(inputs.securityGroupId) === group,
    );

  describe("who may connect to whom", () => {
    it("lets the Beanstalk instances and the orchestrator to the database, and nobody else", () => {
      for (const stack of both()) {
        assert.deepEqual(stack.callersOf(DATABASE), [`${ORCHESTRATOR} 5432`, `${INSTANCES} 5432`].sort());
        assert.deepEqual(
          rules(stack, "Ingress", DATABASE).filter(({ inputs }) => inputs.cidrIpv4 !== undefined),
          [],
        );
      }
    });

    it("gives the database no way out, and no public address", () => {
      for (const stack of both()) {
        assert.deepEqual(rules(stack, "Egress", DATABASE), []);
        const instance = ofType(stack.recording, "aws:rds/instance:Instance")[0]!.inputs;
        assert.equal(instance.publiclyAccessible, false);
      }
    });

    it("lets nobody to the orchestrator, which reaches the database, AWS's endpoints and its downstream only", () => {
      for (const stack of both()) {
        assert.deepEqual(rules(stack, "Ingress", ORCHESTRATOR), []);
        const task = named(stack.recording, `${PREFIX}-orchestrator-service-task`).inputs;
        assert.ok(String(task.containerDefinitions).includes('"portMappings":[]'));
        assert.equal(named(stack.recording, `${PREFIX}-orchestrator-service-service`).inputs.loadBalancers, undefined);
      }
      const out = rules(prod, "Egress", ORCHESTRATOR).map(({ inputs }) =>
        inputs.referencedSecurityGroupId === undefined
          ? String(inputs.cidrIpv4 ?? "S3")
          : prod.securityGroup(inputs.referencedSecurityGroupId),
      );
      assert.deepEqual(
        out.sort(),
        [DATABASE, `${PREFIX}-vpc-endpoints`, "10.60.0.0/16", "203.0.113.0/24", "S3"].sort(),
      );
    });

    it("lets only the load balancer that signs people in, and Beanstalk's own health checks, to the instances", () => {
      for (const stack of both()) {
        const inner = `${PREFIX}-ui-inner-sg`;
        assert.deepEqual(stack.callersOf(INSTANCES), [`${PREFIX}-alb-sg 443`, `${inner} 443`].sort());
        assert.deepEqual(rules(stack, "Ingress", inner), [], "nobody reaches Beanstalk's own load balancer");
      }
    });

    it("opens the load balancer to the internet in production, and to the office in development", () => {
      const open = (stack: StackRecording) =>
        rules(stack, "Ingress", `${PREFIX}-alb-sg`).map(({ inputs }) => [inputs.fromPort, inputs.cidrIpv4]);
      assert.deepEqual(open(prod).sort(), [
        [443, "0.0.0.0/0"],
        [80, "0.0.0.0/0"],
      ]);
      assert.deepEqual(open(dev).sort(), [
        [443, "198.51.100.0/24"],
        [80, "198.51.100.0/24"],
      ]);
      for (const stack of both()) {
        const balancer = named(stack.recording, `${PREFIX}-alb-alb`);
        const association = named(stack.recording, `${PREFIX}-firewall-for-${PREFIX}-alb`);
        assert.equal(association.inputs.resourceArn, balancer.outputs.arn);
      }
    });

    it("lets only the UI to the cache, where there is one", () => {
      assert.deepEqual(prod.callersOf(`${PREFIX}-cache-group`), [`${INSTANCES} 6379`]);
      assert.deepEqual(
        dev.resources.filter(({ type }) => type.startsWith("aws:elasticache/")),
        [],
      );
    });
  });

  describe("sign-in", () => {
    const actions = (stack: StackRecording) =>
      named(stack.recording, `${PREFIX}-alb-${PREFIX}-ui-rule`).inputs.actions as Array<Record<string, unknown>>;

    it("is the external authorization manager's, at the load balancer, before any request goes further", () => {
      const listener = named(prod.recording, `${PREFIX}-alb-listener`).inputs;
      assert.deepEqual(
        (listener.defaultActions as Array<{ type: string }>).map(({ type }) => type),
        ["fixed-response"],
      );
      assert.equal(ofType(prod.recording, "aws:lb/listenerRule:ListenerRule").length, 1);
      const [first, second] = actions(prod);
      assert.equal(first!.type, "authenticate-oidc");
      assert.equal((first!.authenticateOidc as Record<string, unknown>).scope, "openid accounts");
      assert.equal(second!.type, "forward");
      const { secretPaths } = named(prod.recording, `${PREFIX}-alb-${PREFIX}-ui-rule`);
      assert.deepEqual(secretPaths, ["actions[0].authenticateOidc.clientSecret"]);
    });

    it("can be a user pool in front of a company's directory, with no secret in the program", () => {
      const [first] = actions(dev);
      assert.equal(first!.type, "authenticate-cognito");
      const client = named(dev.recording, `${PREFIX}-sign-in-client`).inputs;
      assert.equal(client.generateSecret, true);
      assert.deepEqual(client.supportedIdentityProviders, ["CompanyDirectory"]);
      assert.deepEqual(client.callbackUrls, ["https://ui.accounts.dev.example.com/oauth2/idpresponse"]);
      const provider = named(dev.recording, `${PREFIX}-sign-in-federation`).inputs;
      assert.equal(provider.providerType, "SAML");
    });

    it("tells the UI whose signature it may trust", () => {
      for (const stack of both()) {
        const environment = ofType(stack.recording, "aws:elasticbeanstalk/environment:Environment")[0]!;
        assert.equal(
          settingsOf(environment)["aws:elasticbeanstalk:application:environment SIGN_IN_BALANCER_ARN"],
          named(stack.recording, `${PREFIX}-alb-alb`).outputs.arn,
        );
      }
    });
  });

  describe("encryption", () => {
    it("speaks TLS from the browser to the instance", () => {
      for (const stack of both()) {
        assert.equal(named(stack.recording, `${PREFIX}-alb-listener`).inputs.protocol, "HTTPS");
        assert.equal(named(stack.recording, `${PREFIX}-alb-${PREFIX}-ui-targets`).inputs.protocol, "HTTPS");
        const [redirect] = named(stack.recording, `${PREFIX}-alb-redirect`).inputs.defaultActions as Array<{
          type: string;
        }>;
        assert.equal(redirect!.type, "redirect");
        const environment = ofType(stack.recording, "aws:elasticbeanstalk/environment:Environment")[0]!;
        assert.equal(settingsOf(environment)["aws:elbv2:listener:443 Protocol"], "HTTPS");
        assert.equal(settingsOf(environment)["aws:elasticbeanstalk:environment:process:default Protocol"], "HTTPS");
      }
    });

    it("keeps the database, its backups and every log group under customer keys", () => {
      for (const stack of both()) {
        const key = named(stack.recording, `${PREFIX}-key-key`).outputs.arn;
        const database = ofType(stack.recording, "aws:rds/instance:Instance")[0]!.inputs;
        assert.equal(database.storageEncrypted, true);
        assert.equal(database.kmsKeyId, key);
        assert.equal(database.iamDatabaseAuthenticationEnabled, true);
        assert.equal(ofType(stack.recording, "aws:backup/vault:Vault")[0]!.inputs.kmsKeyArn, key);
        for (const group of ofType(stack.recording, "aws:cloudwatch/logGroup:LogGroup"))
          assert.ok(group.inputs.kmsKeyId, group.urn);
      }
    });

    it("refuses connections to the database without TLS", () => {
      const parameters = ofType(prod.recording, "aws:rds/parameterGroup:ParameterGroup")[0]!.inputs
        .parameters as Array<{
        name: string;
        value: string;
      }>;
      assert.equal(parameters.find(({ name }) => name === "rds.force_ssl")?.value, "1");
    });
  });

  describe("what each may do", () => {
    it("lets the UI and the orchestrator log in as themselves alone", () => {
      const resource = String(ofType(prod.recording, "aws:rds/instance:Instance")[0]!.outputs.resourceId);
      const login = (user: string) => `rds-db:connect arn:aws:rds-db:eu-west-1:123456789012:dbuser:${resource}/${user}`;
      const logins = (role: string) =>
        prod
          .permissions(String(named(prod.recording, role).inputs.name))
          .filter((permission) => permission.startsWith("rds-db:"));
      assert.deepEqual(logins(`${PREFIX}-ui-instance-role`), [login("ui")]);
      assert.deepEqual(logins(`${PREFIX}-orchestrator-service-task-role`), [login("orchestrator")]);
    });

    it("lets nobody but the UI's instances read the key of its forms, and nobody the master secret", () => {
      const secret = named(prod.recording, `${PREFIX}-session-key-secret`).outputs.arn;
      const readers = ofType(prod.recording, "aws:iam/role:Role").filter(({ inputs }) =>
        prod.permissions(String(inputs.name)).includes(`secretsmanager:GetSecretValue ${String(secret)}`),
      );
      assert.deepEqual(
        readers.map(({ name }) => name),
        [`${PREFIX}-ui-instance-role`],
      );
      const all = ofType(prod.recording, "aws:iam/role:Role").flatMap(({ inputs }) =>
        prod.permissions(String(inputs.name)),
      );
      assert.deepEqual(
        all.filter((permission) => permission.includes("secret:rds!")),
        [],
      );
    });
  });

  describe("availability", () => {
    it("scales over three zones in production, and stands in two in development", () => {
      const of = (stack: StackRecording) =>
        settingsOf(ofType(stack.recording, "aws:elasticbeanstalk/environment:Environment")[0]!);
      assert.equal(of(prod)["aws:ec2:vpc Subnets"]!.split(",").length, 3);
      assert.equal(of(prod)["aws:autoscaling:asg MinSize"], "3");
      assert.equal(of(prod)["aws:autoscaling:asg MaxSize"], "12");
      assert.equal(of(prod)["aws:autoscaling:trigger UpperThreshold"], "60");
      assert.equal(of(dev)["aws:ec2:vpc Subnets"]!.split(",").length, 2);
      assert.equal(named(prod.recording, `${PREFIX}-database-instance`).inputs.multiAz, true);
    });

    it("runs one orchestrator at a time, and tells when it stops asking", () => {
      for (const stack of both()) {
        const service = named(stack.recording, `${PREFIX}-orchestrator-service-service`).inputs;
        assert.deepEqual(
          [service.desiredCount, service.deploymentMinimumHealthyPercent, service.deploymentMaximumPercent],
          [1, 0, 100],
        );
        const alarm = named(stack.recording, `${PREFIX}-orchestrator-polling-stopped`).inputs;
        assert.equal(alarm.treatMissingData, "breaching");
        assert.equal((alarm.alarmActions as string[]).length, 1);
      }
    });

    it("keeps locked backups within the recovery point objective, and database and key from deletion", () => {
      const plan = ofType(prod.recording, "aws:backup/plan:Plan")[0]!.inputs.rules as Array<{ schedule: string }>;
      assert.ok(plan.length >= 1);
      const database = named(prod.recording, `${PREFIX}-database-instance`);
      assert.equal(database.protect, true);
      assert.equal(database.inputs.deletionProtection, true);
      assert.equal(database.inputs.backupRetentionPeriod, 35);
    });

    it("sends every alarm somewhere", () => {
      for (const stack of both())
        for (const { urn, inputs } of ofType(stack.recording, "aws:cloudwatch/metricAlarm:MetricAlarm"))
          assert.equal((inputs.alarmActions as string[]).length, 1, urn);
    });

    it("can be reached although the region blocks public access to its networks", () => {
      assert.ok(named(prod.recording, `${PREFIX}-baseline-vpc-public-access`));
      const exclusions = ofType(prod.recording, "aws:ec2/vpcBlockPublicAccessExclusion:VpcBlockPublicAccessExclusion");
      const open = exclusions.map(({ inputs }) => inputs.subnetId);
      assert.deepEqual(
        open.sort(),
        ["a", "b", "c"]
          .map((zone) => named(prod.recording, `${PREFIX}-vpc-public-${zone}`, "aws:ec2/subnet:Subnet").id)
          .sort(),
      );
    });
  });

  it("puts out where things are, resolved to the last one, and no secret", () => {
    for (const stack of both()) {
      const { outputs } = stack.recording;
      assert.deepEqual(Object.keys(outputs).sort(), [
        "dashboardUrl",
        "database",
        "imageRepository",
        "lockKey",
        "nameServers",
        "natAddresses",
        "releases",
        "url",
      ]);
      for (const { path, value } of leaves(outputs))
        assert.ok(typeof value === "string" && value !== "", `${path} = ${String(value)}`);
    }
    assert.equal(prod.recording.outputs.url, "https://ui.accounts.example.com");
  });

  describe("configuration", () => {
    const problems = (changes: Record<string, unknown>): string[] => {
      try {
        loadConfig(uiService, stackValues("ui-service", changes), "ui-service");
      } catch (error) {
        assert.ok(error instanceof ConfigError);
        return error.problems.map(({ path }) => path);
      }
      return [];
    };

    it("is valid as it stands", () => assert.deepEqual(problems({}), []));

    for (const [what, path, key, change] of [
      ["an endpoint without TLS", "palisade:signIn.tokenEndpoint", "signIn", { tokenEndpoint: "http://x.example/t" }],
      ["one zone", "palisade:region.zones", "region", { zones: ["eu-west-1a"] }],
      ["a single instance in production", "palisade:ui.scaling.min", "ui", { scaling: { min: 1, max: 2 } }],
      [
        "thresholds that cross",
        "palisade:ui.scaling.lowerCpuPercent",
        "ui",
        { scaling: { min: 2, max: 2, lowerCpuPercent: 70 } },
      ],
      ["a platform that is gone", "palisade:ui.python", "ui", { python: "3.8" }],
      ["a view that is no name", "palisade:orchestrator.view", "orchestrator", { view: "a b" }],
      [
        "a size that Fargate does not have",
        "palisade:orchestrator.size.memory",
        "orchestrator",
        { size: { cpu: 512, memory: 512 } },
      ],
      [
        "a downstream that is everywhere",
        "palisade:orchestrator.downstream.all.cidrs[0]",
        "orchestrator",
        { downstream: { all: { cidrs: ["0.0.0.0/0"] } } },
      ],
      ["short backups", "palisade:database.backupRetentionDays", "database", { backupRetentionDays: 3 }],
      [
        "a cluster that is too small",
        "palisade:database.storageGiB",
        "database",
        { deployment: "cluster", storageGiB: 50 },
      ],
      ["a cache that one zone takes away", "palisade:cache.replicas", "cache", { replicas: 0 }],
    ] as const) {
      it(`refuses ${what}`, () => {
        const found = problems({ [`palisade:${key}`]: { ...production(key), ...change } });
        assert.ok(found.includes(path), found.join());
      });
    }

    it("refuses a cluster with an objective that its snapshots can not meet, or without three zones", () => {
      const database = { ...production("database"), deployment: "cluster" };
      const objectives = { ...production("objectives"), rpoMinutes: 60 };
      const region = { ...production("region"), zones: ["eu-west-1a", "eu-west-1b"] };
      const found = problems({
        "palisade:database": database,
        "palisade:objectives": objectives,
        "palisade:region": region,
      });
      assert.deepEqual(found.sort(), ["palisade:objectives.rpoMinutes", "palisade:region.zones"]);
    });
  });
});
