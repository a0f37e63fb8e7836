import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { record, type RecordedResource, type Recording, UNKNOWN } from "../../simulator";
import program from "../../stacks/program";
import { named, ofType } from "../support/record";
import { recordStack } from "../support/record-stack";
import { ROOT, stackValues } from "../support/stack-file";
import { effect, leaves, StackRecording } from "../support/stack-recording";

/** A key of Pulumi.prod.yaml, as an object to change. */
const production = (key: string) => JSON.parse(stackValues("prod")[`palisade:${key}`] ?? "null");

const REGIONS = { use1: "us-east-1", euw1: "eu-west-1" } as const;
const SHORT = Object.keys(REGIONS) as Array<keyof typeof REGIONS>;
const ACCOUNT = "123456789012";
const SERVERS = ["web-server", "external-api", "internal-api"];
const WORKERS = ["processor-integration", "ledger-writer"];
const SERVICES = [...SERVERS, ...WORKERS];

const plainText = (resource: RecordedResource): string => JSON.stringify(resource.inputs);
const urns = (recording: Recording): string[] => recording.resources.map(({ urn }) => urn).sort();

describe("payments stack", function () {
  this.timeout(120_000);
  let prod: StackRecording;
  let dev: StackRecording;
  before(async () => {
    prod = new StackRecording(await recordStack("prod"));
    dev = new StackRecording(await recordStack("dev"));
  });

  describe("regions", () => {
    it("stands in every region of the configuration, each resource in its own", () => {
      for (const short of SHORT) {
        const regional = prod.under(`payments-${short}`).filter(({ region }) => region !== undefined);
        assert.ok(regional.length > 300, `${short}: ${regional.length}`);
        for (const { urn, region } of regional) assert.equal(region, REGIONS[short], urn);
      }
      for (const { urn, region } of prod.under("payments-global"))
        assert.ok([undefined, "us-east-1"].includes(region), urn);
    });

    it("builds the same in each, but for its own processors and what an account has once", () => {
      const kinds = (short: string) =>
        prod
          .under(`payments-${short}`)
          .filter(({ type }) => type !== "aws:iam/serviceLinkedRole:ServiceLinkedRole")
          .filter(({ name }) => !name.includes("-to-acquirer-"))
          .map(({ type, name }) => `${type} ${name.replaceAll(short, "<region>")}`)
          .sort();
      assert.deepEqual(kinds("use1"), kinds("euw1"));
    });

    it("lets nothing of the second region depend on the first but the ready gate", () => {
      const first = new Set(prod.under("payments-use1").map(({ urn }) => urn));
      const gate = named(prod.recording, "payments-use1-ready").urn;
      for (const { urn, dependencies, propertyDependencies } of prod.under("payments-euw1")) {
        const across = [...dependencies, ...Object.values(propertyDependencies).flat()].filter((each) =>
          first.has(each),
        );
        assert.deepEqual(
          [...new Set(across)].filter((each) => each !== gate),
          [],
          urn,
        );
      }
    });

    it("names nothing of the first region in the second", () => {
      const idsOf = (short: string) => new Set(prod.customUnder(`payments-${short}`).map(({ id }) => id ?? ""));
      const [first, second] = [idsOf("use1"), idsOf("euw1")];
      const foreign = [...first].filter((id) => id !== "" && !second.has(id) && id !== ACCOUNT);
      assert.ok(foreign.length > 300);
      for (const resource of prod.customUnder("payments-euw1")) {
        const text = plainText(resource);
        for (const word of ["us-east-1", "use1", ...foreign])
          assert.ok(!text.includes(word), `${resource.urn} names ${word}`);
      }
    });

    it("makes every resource of the second region wait until the first one stands", () => {
      const gate = named(prod.recording, "payments-use1-ready").urn;
      const waits = ({ dependencies, parent }: RecordedResource): boolean => {
        if (dependencies.includes(gate)) return true;
        // What a remote component makes waits with the component.
        const maker = parent === undefined ? undefined : prod.get(parent);
        return maker?.type.startsWith("awsx:") === true && waits(maker);
      };
      const second = prod.customUnder("payments-euw1");
      assert.ok(second.length > 400);
      for (const resource of second) assert.ok(waits(resource), resource.urn);
    });

    it("gives a region's names to the world only when the region stands that they lead to", () => {
      const gate = named(prod.recording, "payments-use1-ready").urn;
      for (const record of ["api-euw1-a", "api-euw1-own-a"]) {
        assert.ok(prod.ancestors(named(prod.recording, `payments-dns-${record}`)).has(gate), record);
      }
    });

    it("lets the first region wait for nothing of the second", () => {
      const second = new Set(prod.under("payments-euw1").map(({ urn }) => urn));
      for (const resource of prod.customUnder("payments-use1")) {
        for (const urn of prod.ancestors(resource)) assert.ok(!second.has(urn), `${resource.urn} waits for ${urn}`);
      }
    });

    it("opens the gate when every service is in a steady state and both APIs are published", () => {
      for (const short of SHORT) {
        const before = prod.ancestors(named(prod.recording, `payments-${short}-ready`));
        const services = prod.customUnder(`payments-${short}`).filter(({ type }) => type === "aws:ecs/service:Service");
        assert.equal(services.length, 5);
        for (const { urn, inputs } of services) {
          assert.ok(before.has(urn), urn);
          assert.equal(inputs.waitForSteadyState, true, urn);
        }
        for (const api of ["api", "private-api"]) {
          assert.ok(before.has(named(prod.recording, `payments-${short}-${api}-stage`).urn), api);
        }
      }
    });

    it("answers for the API's name by latency, while a check every ten seconds finds the region healthy", () => {
      for (const short of SHORT) {
        const record = named(prod.recording, `payments-dns-api-${short}-a`);
        const check = named(prod.recording, `payments-dns-api-${short}-check`);
        assert.equal(record.inputs.name, "api.pay.example.com");
        assert.deepEqual(record.inputs.latencyRoutingPolicies, [{ region: REGIONS[short] }]);
        assert.equal(record.inputs.healthCheckId, check.id);
        assert.equal(check.inputs.fqdn, `${short}.api.pay.example.com`);
        assert.equal(check.inputs.requestInterval, 10);
        assert.equal(check.inputs.type, "HTTPS");
      }
    });
  });

  it("gives the internal load balancer no public name: the VPC link knows its ARN", () => {
    const names = ofType(prod.recording, "aws:route53/record:Record").map(({ inputs }) => String(inputs.name));
    assert.ok(names.includes("euw1.api.pay.example.com"));
    assert.deepEqual(
      names.filter((name) => name.startsWith("nlb.")),
      [],
    );
    for (const short of SHORT) {
      const { subjectAlternativeNames } = named(prod.recording, `payments-${short}-certificate-certificate`).inputs;
      assert.ok((subjectAlternativeNames as string[]).includes(`nlb.${short}.api.pay.example.com`));
    }
  });

  it("lets GuardDuty watch every service, whose tasks start once it does, and where an organisation has it too", () => {
    for (const [stack, short, waits] of [
      [prod, "use1", true],
      [prod, "euw1", true],
      [dev, "euw1", false],
    ] as const) {
      for (const service of SERVICES) {
        const task = `payments-${short}-${service}`;
        const egress = named(stack.recording, `${task}-to-guardduty-tcp-443`).inputs;
        assert.equal(egress.cidrIpv4, named(stack.recording, `payments-${short}-vpc-vpc`).inputs.cidrBlock);
        assert.match(plainText(named(stack.recording, `${task}-execution`)), /repository\/aws-guardduty-agent-fargate/);
        const before = [...stack.ancestors(named(stack.recording, `${task}-service`))];
        const switched = before.some((urn) => urn.endsWith(`payments-${short}-baseline-guardduty-runtime-monitoring`));
        assert.equal(switched, waits, task);
      }
    }
  });

  describe("outputs", () => {
    const REGION_OUTPUTS = [
      "apiUrl",
      "cache",
      "dashboardUrl",
      "database",
      "imageRepositories",
      "logSearchUrl",
      "natAddresses",
      "privateApiUrl",
      "queues",
      "secretArns",
      "signIn",
    ];

    it("are those that are promised, resolved to the last one", () => {
      for (const [stack, names, logSearch] of [
        [prod, ["us-east-1", "eu-west-1"], true],
        [dev, ["eu-west-1"], false],
      ] as const) {
        const { outputs } = stack.recording;
        assert.deepEqual(Object.keys(outputs).sort(), ["apiUrl", "frontend", "frontendUrl", "nameServers", "regions"]);
        const regions = outputs.regions as Record<string, Record<string, unknown>>;
        assert.deepEqual(Object.keys(regions).sort(), [...names].sort());
        for (const region of Object.values(regions)) {
          assert.deepEqual(
            Object.keys(region).sort(),
            REGION_OUTPUTS.filter((key) => logSearch || key !== "logSearchUrl"),
          );
        }
        for (const { path, value } of leaves(outputs)) {
          assert.ok(["string", "number"].includes(typeof value) && value !== "", `${path} = ${String(value)}`);
          assert.ok(!String(value).includes(UNKNOWN), path);
        }
      }
    });

    it("are well formed: URLs, ARNs, host names, addresses", () => {
      const shapes: Array<[RegExp, RegExp]> = [
        [/(Url|\.url)$/, /^https:\/\/[a-z0-9.-]+(\/[\w./#?=&:-]*)?$/],
        [/([aA]rn|secretArns\.\w+)$/, /^arn:aws:(sqs|secretsmanager):(us-east-1|eu-west-1):123456789012:\S+$/],
        [/natAddresses\./, /^\d+\.\d+\.\d+\.\d+$/],
        [/\.writer$/, /^[a-z0-9.-]+\.rds\.amazonaws\.com:5432$/],
        [/\.readers\.\d+$/, /^[a-z0-9.-]+\.rds\.amazonaws\.com$/],
        [/cache\.(primary|reader)$/, /^[a-z0-9.-]+\.cache\.amazonaws\.com$/],
        [/imageRepositories\./, /^123456789012\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com\/[a-z0-9-]+$/],
      ];
      const all = leaves(prod.recording.outputs);
      for (const [path, shape] of shapes) {
        const concerned = all.filter((leaf) => path.test(leaf.path));
        assert.ok(concerned.length >= 2, String(path));
        for (const leaf of concerned) assert.match(String(leaf.value), shape, leaf.path);
      }
    });

    it("are all explained in docs/systems/payments.md", () => {
      const declared = readFileSync(join(ROOT, "stacks", "payments", "outputs.ts"), "utf8");
      const names = [...declared.matchAll(/readonly (\w+)\??:/g)].map((match) => match[1]!);
      assert.ok(names.length > 25);
      const text = readFileSync(join(ROOT, "docs", "systems", "payments.md"), "utf8");
      for (const name of names) assert.match(text, new RegExp(`\`[^\`\n]*\\b${name}\\b[^\`\n]*\``), name);
    });

    it("lists each reader of a shard once", () => {
      const regions = prod.recording.outputs.regions as Record<
        string,
        { database: { endpoints: Record<string, { readers: string[] }> } }
      >;
      for (const { database } of Object.values(regions)) {
        assert.deepEqual(Object.keys(database.endpoints), ["s0", "s1"]);
        for (const { readers } of Object.values(database.endpoints)) assert.equal(readers.length, 1);
      }
    });

    it("hold nothing secret", () => {
      for (const stack of [prod, dev]) {
        assert.deepEqual(stack.recording.secretOutputs, []);
        const secrets = stack.secretValues();
        assert.ok(secrets.length > 0);
        const text = JSON.stringify(stack.recording.outputs);
        for (const secret of secrets) assert.ok(!text.includes(secret), "an output holds a secret's value");
      }
    });

    it("give the address that processors see, zone by zone", () => {
      const regions = prod.recording.outputs.regions as Record<string, { natAddresses: Record<string, string> }>;
      for (const short of SHORT) {
        const zones = ["a", "b", "c"];
        const expected = zones.map((zone) => {
          const address = named(prod.recording, `payments-${short}-vpc-nat-${zone}`, "aws:ec2/eip:Eip");
          const gateway = named(prod.recording, `payments-${short}-vpc-nat-${zone}`, "aws:ec2/natGateway:NatGateway");
          assert.equal(gateway.inputs.allocationId, address.id);
          return [`${REGIONS[short]}${zone}`, address.outputs.publicIp];
        });
        assert.deepEqual(regions[REGIONS[short]]?.natAddresses, Object.fromEntries(expected));
      }
    });
  });

  describe("who may connect to whom", () => {
    it("lets only the processor integration out, to its own region's processors", () => {
      const networks = ofType(prod.recording, "aws:ec2/vpc:Vpc").map(({ inputs }) => inputs.cidrBlock);
      const out = ofType(prod.recording, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")
        .filter(({ inputs }) => inputs.cidrIpv4 !== undefined || inputs.cidrIpv6 !== undefined)
        .filter(({ inputs }) => !networks.includes(inputs.cidrIpv4))
        .map(({ inputs }) =>
          [
            prod.securityGroup(inputs.securityGroupId),
            inputs.cidrIpv4,
            inputs.ipProtocol,
            inputs.fromPort,
            inputs.toPort,
          ].join(" "),
        );
      assert.deepEqual(out.sort(), [
        "payments-euw1-processor-integration-sg 203.0.113.16/28 tcp 443 443",
        "payments-euw1-processor-integration-sg 203.0.113.64/28 tcp 443 443",
        "payments-use1-processor-integration-sg 198.51.100.0/24 tcp 443 443",
      ]);
    });

    it("leaves every other way out to named security groups and S3's gateway endpoint", () => {
      for (const { inputs, urn } of ofType(prod.recording, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")) {
        const targets = [inputs.referencedSecurityGroupId, inputs.prefixListId, inputs.cidrIpv4].filter(
          (target) => target !== undefined,
        );
        assert.equal(targets.length, 1, urn);
        assert.notEqual(inputs.ipProtocol, "-1", urn);
      }
      for (const { inputs, urn } of ofType(prod.recording, "aws:ec2/securityGroup:SecurityGroup")) {
        assert.deepEqual([inputs.ingress, inputs.egress], [undefined, undefined], urn);
      }
    });

    it("lets no address range in anywhere", () => {
      for (const { inputs, urn } of ofType(
        prod.recording,
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      )) {
        assert.equal(typeof inputs.referencedSecurityGroupId, "string", urn);
      }
    });

    for (const short of SHORT) {
      const group = (name: string) => `payments-${short}-${name}`;

      it(`gives the workers of ${REGIONS[short]} no ingress, no port and no load balancer`, () => {
        for (const worker of WORKERS) {
          assert.deepEqual(prod.callersOf(group(`${worker}-sg`)), []);
          assert.deepEqual(prod.container(group(`${worker}-task`)).portMappings ?? [], []);
          assert.equal(named(prod.recording, group(`${worker}-service`)).inputs.loadBalancers, undefined);
        }
      });

      it(`lets only the VPC link of ${REGIONS[short]} reach the load balancer, on the listeners' ports`, () => {
        const listeners = prod.customUnder(group("nlb")).filter(({ type }) => type === "aws:lb/listener:Listener");
        assert.equal(listeners.length, 3);
        for (const { inputs, urn } of listeners) assert.equal(inputs.protocol, "TLS", urn);
        const ports = listeners.map(({ inputs }) => String(inputs.port));
        assert.deepEqual(
          prod.callersOf(group("nlb-sg")),
          ports.map((port) => `${group("link-security-group")} ${port}`).sort(),
        );
      });

      it(`lets only the load balancer of ${REGIONS[short]} reach the servers`, () => {
        for (const server of SERVERS) {
          assert.deepEqual(prod.callersOf(group(`${server}-sg`)), [`${group("nlb-sg")} 8443`]);
        }
      });

      it(`lets only the APIs and the ledger writer of ${REGIONS[short]} reach database and cache`, () => {
        const callers = (port: number) =>
          ["external-api", "internal-api", "ledger-writer"].map((name) => `${group(`${name}-sg`)} ${port}`);
        assert.deepEqual(prod.callersOf(group("ledger-group")), callers(5432));
        assert.deepEqual(prod.callersOf(group("cache-group")), callers(6379));
        for (const database of prod
          .customUnder(group("ledger"))
          .filter(({ type }) => type === "aws:rds/instance:Instance")) {
          assert.equal(database.inputs.publiclyAccessible, false);
          assert.deepEqual(
            (database.inputs.vpcSecurityGroupIds as unknown[]).map((id) => prod.securityGroup(id)),
            [group("ledger-group")],
          );
        }
      });

      it(`lets only the web server of ${REGIONS[short]} reach the private API`, () => {
        assert.deepEqual(prod.callersOf(group("private-api-endpoint-security-group")), [
          `${group("web-server-sg")} 443`,
        ]);
      });
    }

    it("puts the web ACL before the API and the distribution, and refuses the API's own name", () => {
      for (const short of SHORT) {
        const association = named(prod.recording, `payments-${short}-firewall-for-api`);
        assert.equal(association.inputs.resourceArn, named(prod.recording, `payments-${short}-api-stage`).outputs.arn);
        assert.equal(named(prod.recording, `payments-${short}-api-api`).inputs.disableExecuteApiEndpoint, true);
      }
      const acl = named(prod.recording, "payments-web-firewall-acl");
      assert.equal(named(prod.recording, "payments-web-distribution").inputs.webAclId, acl.outputs.arn);
    });
  });

  describe("what each service may do", () => {
    const arn = (service: string, rest: string) => `arn:aws:${service}:eu-west-1:${ACCOUNT}:${rest}`;
    const queue = (name: string) => arn("sqs", `prod-payments-euw1-${name}`);
    const send = (name: string) =>
      ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"].map((action) => `${action} ${queue(name)}`);
    const consume = (name: string) =>
      [
        "sqs:ChangeMessageVisibility",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:GetQueueUrl",
        "sqs:ReceiveMessage",
      ].map((action) => `${action} ${queue(name)}`);
    const kms = (...actions: string[]) =>
      actions.map((action) => `kms:${action} ${String(named(prod.recording, "payments-euw1-key-key").outputs.arn)}`);
    const cache = () => [
      `elasticache:Connect ${arn("elasticache", "replicationgroup:prod-payments-euw1-cache")}`,
      `elasticache:Connect ${arn("elasticache", "user:prod-payments-euw1-cache-app")}`,
    ];
    const database = (user: string) => [
      ...["s0-instance", "s0-replica-r1", "s1-instance", "s1-replica-r1"].map(
        (name) =>
          `rds-db:connect ${arn("rds-db", `dbuser:${String(named(prod.recording, `payments-euw1-ledger-${name}`).outputs.resourceId)}/${user}`)}`,
      ),
      `ssm:GetParameter ${arn("ssm", "parameter/prod-payments-euw1-ledger-shards")}`,
    ];
    const secret = (name: string) => String(named(prod.recording, `payments-euw1-${name}-secret`).outputs.arn);
    const privateApi = () => String(named(prod.recording, "payments-euw1-private-api-api").outputs.executionArn);

    const expected: Record<string, () => string[]> = {
      "web-server": () => [`execute-api:Invoke ${privateApi()}/live/*/internal-api/*`],
      "external-api": () => [
        ...send("payments"),
        ...send("write-buffer"),
        ...kms("Decrypt", "GenerateDataKey"),
        ...cache(),
        ...database("payments_ro"),
      ],
      "internal-api": () => [
        ...send("payments"),
        ...send("write-buffer"),
        ...kms("Decrypt", "GenerateDataKey"),
        ...cache(),
        ...database("payments_ro"),
      ],
      "processor-integration": () => [
        ...consume("payments"),
        ...send("write-buffer"),
        ...kms("Decrypt", "GenerateDataKey"),
        ...["DescribeSecret", "GetSecretValue"].map((action) => `secretsmanager:${action} ${secret("processors")}`),
      ],
      "ledger-writer": () => [...consume("write-buffer"), ...kms("Decrypt"), ...cache(), ...database("payments_rw")],
    };
    for (const [service, permissions] of Object.entries(expected)) {
      it(`${service}: exactly its queues, data and secrets`, () => {
        const given = prod.permissions(`prod-payments-euw1-${service}-task`);
        assert.deepEqual([...new Set(given)], [...new Set(permissions())].sort());
      });

      it(`${service}: its execution role pulls its image, writes its log and, where it serves, reads its certificate`, () => {
        const repositories = [
          arn("ecr", `repository/prod-payments-euw1-${service}-image`),
          "arn:aws:ecr:eu-west-1:694911143906:repository/aws-guardduty-agent-fargate",
        ];
        const log = arn("logs", `log-group:/prod-payments-euw1-${service}-logs:*`);
        assert.deepEqual(
          prod.permissions(`prod-payments-euw1-${service}-execution`),
          [
            ...["BatchCheckLayerAvailability", "BatchGetImage", "GetDownloadUrlForLayer"].flatMap((action) =>
              repositories.map((repository) => `ecr:${action} ${repository}`),
            ),
            "ecr:GetAuthorizationToken *",
            `logs:CreateLogStream ${log}`,
            `logs:PutLogEvents ${log}`,
            ...(WORKERS.includes(service)
              ? []
              : [...kms("Decrypt"), `secretsmanager:GetSecretValue ${secret("task-tls")}`]),
          ].sort(),
        );
      });
    }

    it("lets one service write to the ledger, others read, and the web server neither", () => {
      const users = (service: string) => [
        ...new Set(
          prod
            .permissions(`prod-payments-use1-${service}-task`)
            .filter((line) => line.startsWith("rds-db:connect"))
            .map((line) => line.split("/")[1]),
        ),
      ];
      assert.deepEqual(users("ledger-writer"), ["payments_rw"]);
      assert.deepEqual(users("external-api"), ["payments_ro"]);
      assert.deepEqual(users("internal-api"), ["payments_ro"]);
      assert.deepEqual(users("web-server"), []);
      assert.deepEqual(users("processor-integration"), []);
    });

    it("lets nobody that serves payments read a master password", () => {
      const passwords = new Set(
        prod.resources
          .filter(({ name, type }) => type === "aws:secretsmanager/secret:Secret" && name.includes("-master-password"))
          .map(({ outputs }) => String(outputs.arn)),
      );
      assert.equal(passwords.size, 4);
      for (const short of SHORT) {
        for (const service of SERVICES) {
          for (const role of ["task", "execution"]) {
            const held = prod
              .permissions(`prod-payments-${short}-${service}-${role}`)
              .filter((line) => passwords.has(line.split(" ")[1] ?? ""));
            assert.deepEqual(held, [], `${service} ${role}`);
          }
        }
      }
    });

    it("tells services where everything is, and no secret", () => {
      const names = [
        "CACHE_ENDPOINT",
        "CACHE_NAME",
        "CACHE_READER_ENDPOINT",
        "CACHE_USER",
        "DATABASE_READ_USER",
        "DATABASE_WRITE_USER",
        "PAYMENTS_QUEUE_URL",
        "PRIVATE_API_URL",
        "PROCESSOR_CREDENTIALS_ARN",
        "SHARD_DIRECTORY_PARAMETER",
        "WRITE_BUFFER_QUEUE_URL",
      ];
      const secrets = prod.secretValues();
      for (const short of SHORT) {
        for (const service of SERVICES) {
          const task = `payments-${short}-${service}-task`;
          const variables = prod.variables(task);
          assert.deepEqual(Object.keys(variables).sort(), names, task);
          for (const value of Object.values(variables)) assert.ok(!secrets.some((each) => value.includes(each)), task);
          const tls = String(named(prod.recording, `payments-${short}-task-tls-secret`).outputs.arn);
          const certificate = [
            { name: "TLS_CERTIFICATE", valueFrom: `${tls}:certificate::` },
            { name: "TLS_PRIVATE_KEY", valueFrom: `${tls}:privateKey::` },
          ];
          assert.deepEqual(prod.container(task).secrets, WORKERS.includes(service) ? [] : certificate, task);
        }
      }
    });
  });

  describe("APIs", () => {
    const document = (api: string) =>
      JSON.parse(String(named(prod.recording, api).inputs.body)) as {
        paths: Record<string, Record<string, Record<string, unknown>>>;
      };

    it("opens the web server to users who have signed in, the external API to clients with a key, and the internal one to neither", () => {
      const { paths } = document("payments-use1-api-api");
      assert.deepEqual(Object.keys(paths).sort(), [
        "/external-api",
        "/external-api/currencies",
        "/external-api/{proxy+}",
        "/health",
        "/web-server",
        "/web-server/{proxy+}",
      ]);
      const anyMethod = (path: string) => paths[path]?.["x-amazon-apigateway-any-method"]?.security;
      assert.deepEqual(anyMethod("/external-api/{proxy+}"), [{ api_key: [] }]);
      assert.deepEqual(anyMethod("/external-api/currencies"), [{ api_key: [] }]);
      assert.deepEqual(anyMethod("/web-server/{proxy+}"), [{ cognito: [] }]);
    });

    it("asks callers of the private API for AWS credentials", () => {
      const { paths } = document("payments-use1-private-api-api");
      assert.deepEqual(Object.keys(paths).sort(), ["/internal-api", "/internal-api/{proxy+}"]);
      for (const methods of Object.values(paths)) {
        assert.deepEqual(methods["x-amazon-apigateway-any-method"]?.security, [{ iam: [] }]);
      }
    });

    it("keeps the answers that the configuration names, encrypted and for each client apart", () => {
      const { paths } = document("payments-use1-api-api");
      const integration = paths["/external-api/currencies"]?.get?.["x-amazon-apigateway-integration"] as Record<
        string,
        unknown
      >;
      assert.deepEqual(integration.cacheKeyParameters, ["integration.request.header.x-caller-id"]);
      const stage = named(prod.recording, "payments-use1-api-stage");
      assert.deepEqual([stage.inputs.cacheClusterEnabled, stage.inputs.cacheClusterSize], [true, "0.5"]);
      const settings = ofType(prod.recording, "aws:apigateway/methodSettings:MethodSettings").filter(
        ({ inputs }) => inputs.methodPath === "~1external-api~1currencies/GET",
      );
      assert.equal(settings.length, 2);
      for (const { inputs, urn } of settings) {
        const { cachingEnabled, cacheTtlInSeconds, cacheDataEncrypted } = inputs.settings as Record<string, unknown>;
        assert.deepEqual([cachingEnabled, cacheTtlInSeconds, cacheDataEncrypted], [true, 300, true], urn);
      }
    });

    it("limits each client to what the configuration gives it", () => {
      const { inputs } = named(prod.recording, "payments-use1-api-plan-acme-shop");
      assert.deepEqual(inputs.throttleSettings, { rateLimit: 500, burstLimit: 1000 });
      assert.deepEqual(inputs.quotaSettings, { limit: 20_000_000, period: "DAY" });
    });
  });

  describe("previewed and repeated", () => {
    it("registers at preview what it registers at update", async () => {
      const preview = await recordStack("prod", {}, { preview: true });
      assert.deepEqual(urns(preview), urns(prod.recording));
    });

    it("is the same the second time", async () => {
      const second = await recordStack("prod");
      const inputs = (recording: Recording) =>
        Object.fromEntries(recording.resources.map((resource) => [resource.urn, resource.inputs]));
      assert.deepEqual(inputs(second), inputs(prod.recording));
      assert.deepEqual(second.outputs, prod.recording.outputs);
    });
  });

  describe("development", () => {
    /** What protects data wherever it stands: keys by their logical name, as ids differ from stack to stack. */
    const encryption = (stack: StackRecording, resource: RecordedResource): Record<string, unknown> => {
      const key = (value: unknown) =>
        stack.resources.find(({ type, outputs, id }) => type === "aws:kms/key:Key" && [outputs.arn, id].includes(value))
          ?.name ?? value;
      const about = leaves(resource.inputs).filter(({ path }) =>
        /kms|encrypt|sslPolicy|tls|transport|enforceHttps|publiclyAccessible|viewerProtocol|minimumProtocol|securityPolicy|protocol$/i.test(
          path,
        ),
      );
      return Object.fromEntries(
        about.filter(({ path }) => !path.startsWith("tags.")).map(({ path, value }) => [path, key(value)]),
      );
    };

    it("encrypts as production does, resource by resource", () => {
      let compared = 0;
      for (const resource of dev.customUnder("payments-euw1")) {
        const twin = prod
          .customUnder("payments-euw1")
          .find(({ type, name }) => type === resource.type && name === resource.name);
        if (twin === undefined || resource.type === "aws:cloudwatch/metricAlarm:MetricAlarm") continue;
        const [here, there] = [encryption(dev, resource), encryption(prod, twin)];
        // A secret that RDS manages by itself has its key beside the database, not in a secret of its own.
        delete here.masterUserSecretKmsKeyId;
        assert.deepEqual(here, there, resource.urn);
        compared += Object.keys(here).length;
      }
      assert.ok(compared > 100, `${compared} settings compared`);
    });

    it("keeps least privilege: the same actions, role by role", () => {
      const actions = (stack: StackRecording, role: string) => [
        ...new Set(stack.permissions(role).map((line) => line.split(" ")[0])),
      ];
      for (const service of SERVICES) {
        for (const role of ["task", "execution"]) {
          assert.deepEqual(
            actions(dev, `dev-payments-euw1-${service}-${role}`),
            actions(prod, `prod-payments-euw1-${service}-${role}`),
            `${service} ${role}`,
          );
        }
      }
    });

    it("keeps the same doors shut", () => {
      for (const name of [
        "nlb-sg",
        "ledger-group",
        "cache-group",
        "private-api-endpoint-security-group",
        "ledger-writer-sg",
        "processor-integration-sg",
      ]) {
        assert.deepEqual(dev.callersOf(`payments-euw1-${name}`), prod.callersOf(`payments-euw1-${name}`), name);
      }
    });

    it("relaxes what keeps data from being deleted, and the standby in another zone", () => {
      assert.deepEqual(
        dev.resources.filter(({ protect }) => protect).map(({ urn }) => urn),
        [],
      );
      const kinds = [...new Set(prod.resources.filter(({ protect }) => protect).map(({ type }) => type))];
      for (const stateful of [
        "aws:rds/instance:Instance",
        "aws:kms/key:Key",
        "aws:sqs/queue:Queue",
        "aws:route53/zone:Zone",
        "aws:s3/bucket:Bucket",
      ]) {
        assert.ok(kinds.includes(stateful), stateful);
      }
      const settings = (stack: StackRecording) => {
        const { inputs } = named(stack.recording, "payments-euw1-ledger-s0-instance");
        return [inputs.deletionProtection, inputs.multiAz, inputs.skipFinalSnapshot];
      };
      assert.deepEqual(settings(prod), [true, true, false]);
      assert.deepEqual(settings(dev), [false, false, true]);
      assert.equal(named(prod.recording, "payments-euw1-cache-cache").inputs.multiAzEnabled, true);
      assert.equal(named(dev.recording, "payments-euw1-cache-cache").inputs.multiAzEnabled, false);
      assert.equal(ofType(prod.recording, "aws:ec2/natGateway:NatGateway").length, 6);
    });
  });

  describe("growth leaves what stands alone", () => {
    const changedBy = async (changes: Record<string, unknown>) => {
      const after = await recordStack("prod", changes);
      assert.deepEqual(after.problems, []);
      const { gone, changed } = effect(prod.recording, after);
      assert.deepEqual(gone, []);
      return { changed, added: after.resources.length - prod.resources.length };
    };
    const inEach = (lines: readonly string[]) =>
      SHORT.flatMap((short) => lines.map((line) => line.replaceAll("<region>", `payments-${short}`))).sort();

    it("a region: only the list of what the web front may call", async () => {
      const third = {
        name: "ap-southeast-2",
        zones: ["ap-southeast-2a", "ap-southeast-2b", "ap-southeast-2c"],
        cidr: "10.22.0.0/16",
      };
      const { changed, added } = await changedBy({ "palisade:regions": [...production("regions"), third] });
      assert.deepEqual(changed, ["payments-web-headers: securityHeadersConfig"]);
      assert.ok(added > 400);
    });

    it("a zone: what lists the region's subnets, and the dashboard", async () => {
      const [first, second] = production("regions");
      const { changed, added } = await changedBy({
        "palisade:regions": [{ ...first, zones: [...first.zones, "us-east-1d"] }, second],
      });
      const endpoints = ["ecr-api", "ecr-dkr", "logs", "secretsmanager", "kms", "sqs", "ssm", "sts"];
      assert.deepEqual(
        changed,
        [
          ...["s3", "dynamodb"].map((name) => `payments-use1-vpc-endpoint-${name}: routeTableIds`),
          ...["public", "private", "isolated"].map((tier) => `payments-use1-vpc-${tier}: subnetIds`),
          ...endpoints.map((name) => `payments-use1-vpc-endpoint-${name}: subnetIds`),
          "payments-use1-cache-subnets: subnetIds",
          "payments-use1-ledger-s0-subnets: subnetIds",
          "payments-use1-ledger-s1-subnets: subnetIds",
          "payments-use1-link-link: subnetIds",
          "payments-use1-private-api-endpoint: subnetIds",
          "payments-use1-nlb-nlb: subnets",
          "payments-use1-logs-forward-function: vpcConfig",
          "payments-use1-logs-setup-function: vpcConfig",
          ...SERVICES.map((name) => `payments-use1-${name}-service: networkConfiguration`),
          "payments-use1-dashboard-dashboard: dashboardBody",
        ].sort(),
      );
      assert.ok(added >= 10);
    });

    it("a service: the API's document and its deployment, the dashboard and the gate's list", async () => {
      const services = production("services");
      const { changed } = await changedBy({
        "palisade:services": { ...services, "refunds-api": services["external-api"] },
      });
      assert.deepEqual(
        changed,
        inEach([
          "<region>-api-api: body",
          "<region>-api-deployment: triggers",
          "<region>-dashboard-dashboard: dashboardBody",
          "<region>-ready: insecureValue",
        ]),
      );
    });

    it("a worker: the dashboard and the gate's list", async () => {
      const services = production("services");
      const { changed } = await changedBy({
        "palisade:services": { ...services, payouts: services["processor-integration"] },
      });
      assert.deepEqual(
        changed,
        inEach(["<region>-dashboard-dashboard: dashboardBody", "<region>-ready: insecureValue"]),
      );
    });

    it("a shard: the directory and the dashboard; no other shard, no service", async () => {
      const database = production("database");
      const shards = { ...database.shards, s2: { buckets: [], readReplicas: 1 } };
      const { changed } = await changedBy({ "palisade:database": { ...database, shards } });
      assert.deepEqual(
        changed,
        inEach(["<region>-dashboard-dashboard: dashboardBody", "<region>-ledger-directory: value"]),
      );
    });

    it("a processor: its region's network ACLs, when its port is new; a client: nothing", async () => {
      const [first, second] = production("regions");
      const inEurope = (port: number) => ({
        "palisade:processors": { ...production("processors"), wallet: { cidrs: ["192.0.2.0/24"], port } },
        "palisade:regions": [first, { ...second, processors: ["acquirer-eu", "wallet"] }],
      });
      const onNewPort = await changedBy(inEurope(8443));
      assert.deepEqual(onNewPort.changed, ["payments-euw1-vpc-private: egress", "payments-euw1-vpc-public: egress"]);
      const onKnownPort = await changedBy(inEurope(443));
      assert.deepEqual(onKnownPort.changed, []);
      const client = await changedBy({
        "palisade:clients": { ...production("clients"), beta: { requestsPerSecond: 5, burst: 5 } },
      });
      assert.deepEqual(client.changed, []);
    });
  });

  describe("names", () => {
    /** Limits from AWS's API references, written down here once more: components/core/names.ts is what is being tested. */
    const LIMITS: Record<string, { property: string; max: number; pattern?: RegExp }> = {
      "aws:apigateway/restApi:RestApi": { property: "name", max: 255 },
      "aws:appautoscaling/policy:Policy": { property: "name", max: 256 },
      "aws:backup/plan:Plan": { property: "name", max: 50, pattern: /^[\w.-]+$/ },
      "aws:backup/vault:Vault": { property: "name", max: 50, pattern: /^[\w-]{2,}$/ },
      "aws:backup/selection:Selection": { property: "name", max: 50, pattern: /^[\w.-]+$/ },
      "aws:cfg/conformancePack:ConformancePack": { property: "name", max: 256, pattern: /^[A-Za-z][A-Za-z0-9-]*$/ },
      "aws:cfg/recorder:Recorder": { property: "name", max: 256 },
      "aws:cloudtrail/trail:Trail": { property: "name", max: 128, pattern: /^[A-Za-z0-9][\w.-]+[A-Za-z0-9]$/ },
      "aws:cloudwatch/dashboard:Dashboard": { property: "dashboardName", max: 255, pattern: /^[\w-]+$/ },
      "aws:cloudwatch/eventRule:EventRule": { property: "name", max: 64 },
      "aws:cloudwatch/logGroup:LogGroup": { property: "name", max: 512, pattern: /^[\w/.#-]+$/ },
      "aws:cloudwatch/metricAlarm:MetricAlarm": { property: "name", max: 255 },
      "aws:cognito/userPool:UserPool": { property: "name", max: 128, pattern: /^[\w\s+=,.@-]+$/ },
      "aws:cognito/userPoolDomain:UserPoolDomain": {
        property: "domain",
        max: 63,
        pattern: /^(?!.*(?:aws|amazon|cognito))[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/,
      },
      "aws:ec2/securityGroup:SecurityGroup": {
        property: "name",
        max: 255,
        pattern: /^(?!sg-)[A-Za-z0-9._\-:/()#,@[\]+=&;{}!$* ]+$/,
      },
      "aws:ecr/repository:Repository": { property: "name", max: 256, pattern: /^[a-z0-9]+(?:[._/-][a-z0-9]+)*$/ },
      "aws:ecs/cluster:Cluster": { property: "name", max: 255, pattern: /^[\w-]+$/ },
      "aws:ecs/service:Service": { property: "name", max: 255, pattern: /^[\w-]+$/ },
      "aws:ecs/taskDefinition:TaskDefinition": { property: "family", max: 255, pattern: /^[\w-]+$/ },
      "aws:elasticache/parameterGroup:ParameterGroup": { property: "name", max: 255 },
      "aws:elasticache/replicationGroup:ReplicationGroup": {
        property: "replicationGroupId",
        max: 40,
        pattern: /^[a-z](?!.*--)[a-z0-9-]*[a-z0-9]$/,
      },
      "aws:elasticache/subnetGroup:SubnetGroup": { property: "name", max: 255 },
      "aws:elasticache/user:User": { property: "userId", max: 40, pattern: /^[a-z][a-z0-9-]*$/ },
      "aws:iam/role:Role": { property: "name", max: 64, pattern: /^[\w+=,.@-]+$/ },
      "aws:iam/rolePolicy:RolePolicy": { property: "name", max: 128, pattern: /^[\w+=,.@-]+$/ },
      "aws:kms/alias:Alias": { property: "name", max: 256, pattern: /^alias\/[\w/-]+$/ },
      "aws:lambda/function:Function": { property: "name", max: 64, pattern: /^[\w-]+$/ },
      "aws:lb/loadBalancer:LoadBalancer": {
        property: "name",
        max: 32,
        pattern: /^(?!internal-)[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/,
      },
      "aws:lb/targetGroup:TargetGroup": {
        property: "name",
        max: 32,
        pattern: /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/,
      },
      "aws:msk/cluster:Cluster": { property: "clusterName", max: 64 },
      "aws:opensearch/domain:Domain": { property: "domainName", max: 28, pattern: /^[a-z][a-z0-9-]{2,}$/ },
      "aws:rds/instance:Instance": { property: "identifier", max: 63, pattern: /^[a-z](?!.*--)[a-z0-9-]*[a-z0-9]$/ },
      "aws:rds/parameterGroup:ParameterGroup": { property: "name", max: 255 },
      "aws:rds/subnetGroup:SubnetGroup": { property: "name", max: 255 },
      "aws:s3/bucket:Bucket": { property: "bucket", max: 63, pattern: /^[a-z0-9][a-z0-9.-]+[a-z0-9]$/ },
      "aws:secretsmanager/secret:Secret": { property: "name", max: 512 },
      "aws:sns/topic:Topic": { property: "name", max: 256, pattern: /^[\w-]+$/ },
      "aws:sqs/queue:Queue": { property: "name", max: 80, pattern: /^[\w-]+(\.fifo)?$/ },
      "aws:ssm/parameter:Parameter": { property: "name", max: 1011 },
      "aws:wafv2/webAcl:WebAcl": { property: "name", max: 128, pattern: /^[\w-]+$/ },
    };
    /** Names that AWS keeps per account, whatever the region. */
    const GLOBAL = ["aws:iam/role:Role", "aws:s3/bucket:Bucket"];

    const within = (recording: Recording, unused: readonly string[] = []): void => {
      const seen = new Set<string>();
      for (const [type, { property, max, pattern }] of Object.entries(LIMITS)) {
        if (unused.includes(type)) continue;
        for (const { urn, inputs, outputs, region } of ofType(recording, type)) {
          const name = inputs[property] ?? outputs[property];
          assert.ok(typeof name === "string" && name.length > 0, `${urn} has no ${property}`);
          assert.ok(name.length <= max, `${urn}: ${name} has ${name.length} characters, ${type} takes ${max}`);
          if (pattern) assert.match(name, pattern, urn);
          const place = `${type} ${GLOBAL.includes(type) ? "" : region} ${type.endsWith("RolePolicy") ? String(inputs.role) : ""} ${name}`;
          assert.ok(!seen.has(place), `two are called ${place}`);
          seen.add(place);
        }
      }
    };

    it("fit AWS's limits in production", () => within(prod.recording, ["aws:msk/cluster:Cluster"]));

    it("fit AWS's limits whatever the stack's, the services' and the shards' names", async () => {
      const services = production("services");
      const config = stackValues("prod", {
        "palisade:regions": [
          {
            name: "ap-southeast-2",
            zones: ["ap-southeast-2a", "ap-southeast-2b", "ap-southeast-2c"],
            cidr: "10.20.0.0/16",
          },
          { ...production("regions")[1], processors: undefined },
        ],
        "palisade:services": {
          ...services,
          "settlement-and-refunds-a": services["external-api"],
          "settlement-and-refunds-b": services["processor-integration"],
        },
        "palisade:database": {
          ...production("database"),
          shards: { s0: { buckets: [[0, 4095]] }, europeeast: { buckets: [], readReplicas: 2 } },
        },
        "palisade:processors": { "acquirer-with-a-long-nam": { cidrs: ["203.0.113.16/28"], port: 443 } },
        "palisade:clients": { "a-client-with-a-long-nam": { requestsPerSecond: 1, burst: 1 } },
        "palisade:messaging": { kind: "kafka", instanceType: "kafka.m7g.large", storageGiB: 100 },
      });
      const recording = await record(program, {
        project: "palisade",
        stack: "production-europe-payments-2026",
        config,
      });
      assert.deepEqual(recording.problems, []);
      within(recording);
    });
  });

  describe("alternatives", () => {
    const recordWith = async (changes: Record<string, unknown>) =>
      new StackRecording(await recordStack("prod", changes));

    it("Kafka: brokers beside the queues, and the ledger writer alone may write to the topic", async () => {
      const stack = await recordWith({
        "palisade:messaging": { kind: "kafka", instanceType: "kafka.m7g.large", storageGiB: 500 },
      });
      assert.equal(ofType(stack.recording, "aws:msk/cluster:Cluster").length, 2);
      assert.equal(ofType(stack.recording, "aws:sqs/queue:Queue").length, 8);
      const regions = stack.recording.outputs.regions as Record<string, { kafkaBrokers: string }>;
      for (const { kafkaBrokers } of Object.values(regions)) assert.match(kafkaBrokers, /^(b-\d[\w.-]+:9098,?){3}$/);
      assert.equal(
        stack.variables("payments-use1-ledger-writer-task").KAFKA_BROKERS,
        regions["us-east-1"]?.kafkaBrokers,
      );
      const writers = SERVICES.filter((service) =>
        stack
          .permissions(`prod-payments-use1-${service}-task`)
          .some((line) => line.startsWith("kafka-cluster:WriteData ") && line.endsWith("/payments")),
      );
      assert.deepEqual(writers, ["ledger-writer"]);
    });

    it("Prometheus and Grafana: a collector beside every service that may write metrics, instead of OpenSearch", async () => {
      const collectorImage = "public.ecr.aws/aws-observability/aws-otel-collector:v0.45.1";
      const stack = await recordWith({ "palisade:observability": { metrics: { collectorImage } } });
      assert.equal(ofType(stack.recording, "aws:amp/workspace:Workspace").length, 2);
      assert.equal(ofType(stack.recording, "aws:opensearch/domain:Domain", 0).length, 0);
      const tasks = ofType(stack.recording, "aws:ecs/taskDefinition:TaskDefinition");
      assert.equal(tasks.length, 10);
      for (const { inputs, urn } of tasks) {
        const containers: Array<{ image: string }> = JSON.parse(String(inputs.containerDefinitions));
        assert.ok(
          containers.some(({ image }) => image === collectorImage),
          urn,
        );
      }
      for (const service of SERVICES) {
        const lines = stack
          .permissions(`prod-payments-use1-${service}-task`)
          .filter((line) => line.startsWith("aps:RemoteWrite "));
        assert.equal(lines.length, 1, service);
      }
      const regions = stack.recording.outputs.regions as Record<string, { grafanaUrl: string; logSearchUrl?: string }>;
      for (const { grafanaUrl, logSearchUrl } of Object.values(regions)) {
        assert.match(grafanaUrl, /^https:\/\//);
        assert.equal(logSearchUrl, undefined);
      }
    });

    it("a Multi-AZ cluster per shard, with two readable standbys each", async () => {
      const database = {
        engine: "rds",
        deployment: "cluster",
        instanceClass: "db.r8gd.xlarge",
        storageGiB: 400,
        shards: { s0: { buckets: [[0, 4095]] } },
      };
      const stack = await recordWith({
        "palisade:database": database,
        "palisade:objectives": { rtoMinutes: 15, rpoMinutes: 120 },
      });
      assert.equal(ofType(stack.recording, "aws:rds/cluster:Cluster").length, 2);
      assert.equal(ofType(stack.recording, "aws:rds/instance:Instance", 0).length, 0);
    });

    it("Redis OSS instead of Valkey", async () => {
      const stack = await recordWith({
        "palisade:cache": { engine: "redis", nodeType: "cache.r7g.large", replicas: 2 },
      });
      for (const { inputs } of ofType(stack.recording, "aws:elasticache/replicationGroup:ReplicationGroup"))
        assert.equal(inputs.engine, "redis");
    });

    it("Shield Advanced for the distribution and the zone", async () => {
      const stack = await recordWith({ "palisade:shieldAdvanced": "true" });
      const covered = ofType(stack.recording, "aws:shield/protection:Protection").map(
        ({ inputs }) => String(inputs.resourceArn).split(":")[2],
      );
      assert.deepEqual(covered.sort(), ["cloudfront", "route53"]);
    });

    it("an organisation's own baseline: nothing of it is made twice", async () => {
      const stack = await recordWith({ "palisade:baseline": { account: "existing", regional: "existing" } });
      for (const type of [
        "aws:cloudtrail/trail:Trail",
        "aws:cfg/recorder:Recorder",
        "aws:guardduty/detector:Detector",
        "aws:securityhub/account:Account",
        "aws:macie2/account:Account",
      ]) {
        assert.equal(ofType(stack.recording, type, 0).length, 0, type);
        assert.ok(ofType(prod.recording, type).length > 0, type);
      }
    });

    it("a hosted zone that stands already", async () => {
      const domain = { name: "pay.example.com", web: "www", api: "api", zoneId: "Z0123456789ABCDEFGHIJ" };
      const stack = await recordWith({ "palisade:domain": domain });
      assert.equal(ofType(stack.recording, "aws:route53/zone:Zone", 0).length, 0);
      assert.deepEqual(stack.recording.outputs.nameServers, []);
      for (const { inputs, urn } of ofType(stack.recording, "aws:route53/record:Record"))
        assert.equal(inputs.zoneId, "Z0123456789ABCDEFGHIJ", urn);
    });
  });
});
