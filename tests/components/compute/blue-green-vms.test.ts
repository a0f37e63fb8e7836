import assert from "node:assert/strict";
import { ApplicationLoadBalancer } from "../../../components/compute/application-load-balancer";
import { BlueGreenVms } from "../../../components/compute/blue-green-vms";
import type { RecordedResource, Recording } from "../../../simulator";
import { CERTIFICATE, testKey } from "../../support/compute";
import { componentContract } from "../../support/contract";
import { TestNetwork } from "../../support/fixtures";
import { keyErrors } from "../../support/key-errors";
import { named, ofType, recordProgram, statements } from "../../support/record";
import { testImage, testVms, VM } from "../../support/vms";

const COLOURS = ["blue", "green"] as const;
const INSTANCE = "aws:ec2/instance:Instance";
const FILES = ["app-1.service", "app-2.service", "nginx.conf", "agent.json", "app.env", "deploy"];

const machine = (recording: Recording, colour: string): RecordedResource => named(recording, `one-${colour}`, INSTANCE);
const launch = (blue: object, green: object = {}) => ({
  launch: { blue: { ...VM, ...blue }, green: { ...VM, ...green } },
});

describe("BlueGreenVms", () => {
  componentContract("compute", "BlueGreenVms", {
    minimal: (name, opts) => testVms(name, {}, opts),
    complete: (name, opts) => {
      const key = testKey(`${name}-key`, opts);
      const vpc = new TestNetwork(`${name}-vpc`, opts);
      return testVms(
        name,
        {
          vpc,
          key,
          logKey: testKey(`${name}-log-key`, opts),
          launch: {
            blue: { ...VM, zone: vpc.zones[2], volumeGiB: 40, replaceable: true },
            green: { imageId: "ami-0a1b2c3d", instanceType: "t4g.medium", zone: vpc.zones[0] },
          },
          application: {
            image: testImage(name, { key }, opts),
            port: 3000,
            healthCheckPath: "/live",
            memoryMiB: 512,
            user: "1000:1000",
            settings: { DATABASE_HOST: "db.internal" },
            responseSeconds: 20,
            startSeconds: 30,
          },
          balancer: new ApplicationLoadBalancer(`${name}-alb`, { vpc, certificateArn: CERTIFICATE }, opts),
          rule: { priority: 7, when: { hosts: ["books.example.com"] } },
          first: "green",
          logRetentionInDays: 400,
          transform: {
            instance: { creditSpecification: { cpuCredits: "standard" } },
            securityGroup: { revokeRulesOnDelete: true },
            role: { path: "/machines/" },
            document: { versionName: "one" },
          },
        },
        opts,
      );
    },
    errors: {
      "an image that is not pinned": {
        build: (name) => testVms(name, launch({ imageId: "resolve:ssm:/aws/service/ami" })),
        message: /launch\.blue\.imageId = .* it is pinned, so that no update replaces a machine unasked/,
      },
      "a type of another processor": {
        build: (name) => testVms(name, launch({}, { instanceType: "m7i.large" })),
        message: /launch\.green\.instanceType = "m7i\.large" .* Graviton/,
      },
      "a volume too small": {
        build: (name) => testVms(name, launch({ volumeGiB: 8 })),
        message: /launch\.blue\.volumeGiB = 8 .* from 16 to 16384/,
      },
      "a zone that the network has not": {
        build: (name) => testVms(name, launch({ zone: "eu-west-1f" })),
        message: /launch\.blue\.zone = "eu-west-1f" .* eu-west-1a, eu-west-1b, eu-west-1c/,
      },
      "both machines in one zone": {
        build: (name) => testVms(name, launch({ zone: "eu-west-1b" })),
        message: /launch\.green\.zone = "eu-west-1b" .* Blue stands there/,
      },
      "both machines made anew at once": {
        build: (name) => testVms(name, launch({ replaceable: true }, { replaceable: true })),
        message: /launch\.green\.replaceable = true .* one machine anew at a time/,
      },
      "a colour that there is not": {
        build: (name) => testVms(name, { first: "red" as never }),
        message: /first = "red" .* blue, green/,
      },
      ...Object.fromEntries(
        Object.entries({
          port: [80, /application\.port = 80 .* from 1024/],
          memoryMiB: [1, /application\.memoryMiB = 1 .* from 64/],
          responseSeconds: [0, /application\.responseSeconds = 0/],
          startSeconds: [301, /application\.startSeconds = 301/],
          healthCheckPath: ["/a b", /application\.healthCheckPath = "\/a b"/],
          user: ["0:0", /application\.user = "0:0" .* other than root's/],
          settings: [{ KEY: "a\nb" }, /application\.settings\.KEY = .* one line/],
        } as const).map(([argument, [value, message]]) => [
          `a wrong ${argument}`,
          {
            build: (name: string) => {
              const key = testKey(`${name}-key`);
              return testVms(name, { key, application: { image: testImage(name, { key }), [argument]: value } });
            },
            message,
          },
        ]),
      ),
      "a variable without a name": {
        build: (name) => {
          const key = testKey(`${name}-key`);
          return testVms(name, { key, application: { image: testImage(name, { key }), settings: { "A=B": "c" } } });
        },
        message: /application\.settings\.A=B = "A=B" .* variable's name/,
      },
      ...keyErrors(
        `BlueGreenVms "one"`,
        (name, key) =>
          testVms(name, { key, application: { image: testImage(name, { key: testKey(`${name}-image-key`) }) } }),
        ["logs"],
      ),
    },
  });

  it("launches each machine in a zone of its own: IMDSv2, encrypted, watched, recovered, without a key pair or a public address", async () => {
    const recording = await recordProgram(() => void testVms("one"));
    const subnets = COLOURS.map((colour) => machine(recording, colour).inputs.subnetId);
    assert.deepEqual(subnets, ["subnet-0a0000000000000a2", "subnet-0a0000000000000b2"]);
    const key = named(recording, "one-key-key").outputs.arn;
    for (const colour of COLOURS) {
      const { inputs } = machine(recording, colour);
      assert.deepEqual(
        { ...inputs, tags: undefined, userData: undefined, vpcSecurityGroupIds: undefined, subnetId: undefined },
        {
          ami: VM.imageId,
          instanceType: VM.instanceType,
          associatePublicIpAddress: false,
          iamInstanceProfile: "test-one-machine",
          metadataOptions: {
            httpEndpoint: "enabled",
            httpTokens: "required",
            httpPutResponseHopLimit: 2,
            instanceMetadataTags: "disabled",
          },
          rootBlockDevice: {
            volumeType: "gp3",
            volumeSize: 30,
            encrypted: true,
            kmsKeyId: key,
            deleteOnTermination: true,
          },
          ebsOptimized: true,
          monitoring: true,
          maintenanceOptions: { autoRecovery: "default" },
          disableApiTermination: true,
          userDataReplaceOnChange: true,
          region: "eu-west-1",
          tags: undefined,
          userData: undefined,
          vpcSecurityGroupIds: undefined,
          subnetId: undefined,
        },
      );
    }
  });

  it("holds both machines in production, but for one that is to be made anew; none in development", async () => {
    const held = async (args: object) => {
      const recording = await recordProgram(() => void testVms("one", args));
      return COLOURS.map((colour) => {
        const { protect, inputs } = machine(recording, colour);
        assert.equal(protect ?? false, inputs.disableApiTermination);
        return inputs.disableApiTermination;
      });
    };
    assert.deepEqual(await held({}), [true, true]);
    assert.deepEqual(await held(launch({}, { replaceable: true })), [true, false]);
    assert.deepEqual(await held({ environment: "development" }), [false, false]);
  });

  it("starts a machine once its files, permissions and ways out are there", async () => {
    const recording = await recordProgram(() => void testVms("one"));
    const before = new Set(machine(recording, "green").dependencies.map((urn) => urn.slice(urn.lastIndexOf("::") + 2)));
    const waited = [
      ...FILES.map((file) => `one-file-${file.replaceAll(".", "-")}`),
      ...["one-machine", "one-image-pull-one", "one-green-image", "one-to-s3-tcp-443", "one-to-one-vpc-tcp-443"],
    ];
    assert.deepEqual(
      waited.filter((name) => !before.has(name)),
      [],
    );
  });

  it("changes no user data when what is deployed changes", async () => {
    const build = (settings: Record<string, string>, memoryMiB: number) =>
      recordProgram(() => {
        const key = testKey("one-key");
        const image = testImage("one", { key });
        testVms("one", { key, application: { image, settings, memoryMiB, port: memoryMiB, startSeconds: 9 } });
      });
    const [before, after] = [await build({ A: "1" }, 2048), await build({ A: "2" }, 4096)];
    const changed = before.resources
      .filter(({ urn, inputs }) => {
        const other = after.resources.find((resource) => resource.urn === urn);
        return JSON.stringify(other?.inputs) !== JSON.stringify(inputs);
      })
      .map(({ name }) => name);
    assert.deepEqual(changed.sort(), ["one-file-app-1-service", "one-file-app-2-service", "one-file-app-env"]);
  });

  it("keeps every file within the 4,096 characters of a free parameter, and without what Parameter Store refuses", async () => {
    const recording = await recordProgram(() => void testVms("one"));
    for (const file of FILES) {
      const { inputs } = named(recording, `one-file-${file.replaceAll(".", "-")}`);
      assert.equal(inputs.name, `/test/one/machine/${file}`);
      const text = String(inputs.insecureValue);
      assert.ok(text.length > 20 && text.length <= 4096, `${file}: ${text.length}`);
      assert.ok(!text.includes("{{"), file);
    }
  });

  it("gives the role what its agents call, and no more", async () => {
    const recording = await recordProgram(() => void testVms("one"));
    const policy = statements(named(recording, "one-machine").inputs.policy);
    const actions = policy.flatMap(({ Action }) => Action as string | string[]);
    assert.deepEqual(
      actions.filter((action) => action.includes("*")),
      [],
    );
    const everywhere = policy.filter(({ Resource }) => Resource === "*").map(({ Sid }) => Sid);
    assert.deepEqual(everywhere, ["SystemsManagerMessages", "Metrics"]);
    const parameters = policy.find(({ Sid }) => Sid === "WhatItRuns");
    assert.equal(parameters?.Resource, "arn:aws:ssm:eu-west-1:123456789012:parameter/test/one/*");
  });

  it("lets in the load balancer alone, out to the network's endpoints and S3 alone", async () => {
    const recording = await recordProgram(() => void testVms("one"));
    const group = named(recording, "one-sg").id;
    const rules = (type: string) =>
      ofType(recording, type)
        .filter(({ inputs }) => inputs.securityGroupId === group)
        .map(({ name, inputs }) => `${name} ${inputs.fromPort}-${inputs.toPort}`)
        .sort();
    assert.deepEqual(rules("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"), [
      "one-from-one-alb-tcp-443 443-443",
    ]);
    assert.deepEqual(rules("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"), [
      "one-to-one-vpc-tcp-443 443-443",
      "one-to-s3-tcp-443 443-443",
    ]);
  });

  it("gives the pipeline what it swaps: a rule with both groups, each with its machine alone", async () => {
    let vms: BlueGreenVms | undefined;
    const recording = await recordProgram(() => void (vms = testVms("one")));
    const rule = named(recording, "one-alb-one-rule");
    const [action] = rule.inputs.actions as Array<{ forward: { targetGroups: object[]; stickiness?: object } }>;
    const groups = COLOURS.map((colour) => named(recording, `one-alb-one-${colour}-targets`));
    assert.deepEqual(action?.forward, {
      targetGroups: groups.map(({ outputs }, index) => ({ arn: outputs.arn, weight: index === 0 ? 100 : 0 })),
    });
    assert.deepEqual(rule.ignoreChanges, ["actions[0].forward"]);
    for (const [index, colour] of COLOURS.entries()) {
      const attached = ofType(recording, "aws:lb/targetGroupAttachment:TargetGroupAttachment").filter(
        ({ inputs }) => inputs.targetGroupArn === groups[index]?.outputs.arn,
      );
      assert.deepEqual(
        attached.map(({ inputs }) => [inputs.targetId, inputs.port]),
        [[machine(recording, colour).id, 443]],
      );
      assert.equal(vms?.vms[colour].imageParameter, `/test/one/${colour}/image`);
      const parameter = named(recording, `one-${colour}-image`);
      assert.equal(parameter.inputs.name, `/test/one/${colour}/image`);
      assert.deepEqual(parameter.ignoreChanges, ["insecureValue", "value"]);
    }
    assert.equal(vms?.deployDocument, named(recording, "one-deploy").inputs.name);
  });

  it("recovers a machine whose host fails and reboots one that hangs", async () => {
    const recording = await recordProgram(() => void testVms("one"));
    for (const colour of COLOURS) {
      for (const [suffix, action] of [
        ["host-failed", "recover"],
        ["system-hangs", "reboot"],
      ]) {
        const { inputs } = named(recording, `one-${colour}-${suffix}`);
        assert.deepEqual(inputs.alarmActions, [`arn:aws:automate:eu-west-1:ec2:${action}`]);
        assert.deepEqual(inputs.dimensions, { InstanceId: machine(recording, colour).id });
      }
    }
  });

  it("names Amazon Linux's bucket of packages", () => {
    assert.equal(BlueGreenVms.packageBucket("eu-west-1"), "al2023-repos-eu-west-1-de612dc2");
  });
});
