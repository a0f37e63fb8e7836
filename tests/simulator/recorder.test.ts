import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as k8s from "@pulumi/kubernetes";
import * as random from "@pulumi/random";
import { record, type RecordedResource, type RecordOptions, type Recording, UNKNOWN } from "../../simulator";

const run = (program: () => unknown, options: Partial<RecordOptions> = {}): Promise<Recording> =>
  record(program, { project: "palisade", stack: "test", config: { "aws:region": "eu-west-1" }, ...options });

function only(recording: Recording, type: string): RecordedResource {
  const found = recording.resources.filter((resource) => resource.type === type);
  assert.equal(found.length, 1, type);
  return found[0]!;
}

class Thing extends pulumi.CustomResource {
  constructor(name: string, type = "aws:nowhere/thing:Thing") {
    super(type, name, {});
  }
}

class Group extends pulumi.ComponentResource {
  constructor(name: string, outputs: pulumi.Inputs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:test:Group", name, {}, opts);
    new aws.kms.Key(`${name}-key`, { description: "inside" }, { parent: this });
    this.registerOutputs(outputs);
  }
}

const KEY = "aws:kms/key:Key";
const messages = (recording: Recording): string[] => recording.problems.map(({ message }) => message);

describe("recorder", () => {
  describe("refuses", () => {
    it("a type that it has no model of, by type and resource", async () => {
      await assert.rejects(
        run(() => void new Thing("lonely")),
        /no model for aws:nowhere\/thing:Thing \(resource "lonely"\)\. Add one to simulator\/models\//,
      );
    });

    it("a remote component that it has no model of", async () => {
      class Remote extends pulumi.ComponentResource {
        constructor() {
          super("awsx:nowhere:Thing", "far", {}, {}, true);
        }
      }
      await assert.rejects(
        run(() => void new Remote()),
        /no model for the remote component awsx:nowhere:Thing \(resource "far"\)/,
      );
    });

    it("a function that it has no answer for, by token", async () => {
      await assert.rejects(
        run(() => pulumi.runtime.invoke("aws:nowhere/getThing:getThing", {})),
        /no answer for the function aws:nowhere\/getThing:getThing/,
      );
    });

    it("a value that never comes, by the resource that waits for it", async function () {
      this.timeout(60_000);
      const script = join(__dirname, "..", "support", "never-resolves.ts");
      const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", script], {
        cwd: join(__dirname, "..", ".."),
        timeout: 50_000,
      });
      assert.match(stdout, /The program waits for outputs that never resolve: .*waiting/);
    });
  });

  describe("passes on the program's own error", () => {
    const wrong = new pulumi.RunError("wrong on purpose");
    const isOwn = (error: unknown): boolean => error === wrong;

    it("thrown while it runs", async () => {
      await assert.rejects(
        run(() => {
          throw wrong;
        }),
        isOwn,
      );
    });

    it("from a promise that it returns", async () => {
      await assert.rejects(
        run(() => Promise.reject(wrong)),
        isOwn,
      );
    });

    it("thrown in an apply whose value an input needs", async () => {
      await assert.rejects(
        run(() => {
          const broken = pulumi.output("x").apply((): string => {
            throw wrong;
          });
          new aws.kms.Key("key", { description: broken });
        }),
        isOwn,
      );
    });

    it("and records the next program as if nothing had been", async () => {
      await assert.rejects(
        run(() => {
          throw wrong;
        }),
      );
      const recording = await run(() => void new aws.kms.Key("key", { description: "x" }));
      assert.equal(only(recording, KEY).inputs.description, "x");
      assert.deepEqual(recording.problems, []);
    });
  });

  describe("reports", () => {
    it("an input that resolves to undefined, by resource and property", async () => {
      const recording = await run(() => {
        const nothing: pulumi.Output<string> = pulumi.output({} as Record<string, string>).apply((r) => r.missing!);
        new aws.kms.Key("key", { description: nothing });
      });
      assert.equal(recording.problems.length, 1);
      assert.match(
        String(messages(recording)[0]),
        /resource:key\[aws:kms\/key:Key\].*: description resolved to undefined/,
      );
    });

    it("an element of a list that resolves to undefined, by its place", async () => {
      const recording = await run(() => {
        const nothing: pulumi.Output<string> = pulumi.output({} as Record<string, string>).apply((r) => r.missing!);
        new aws.ec2.SecurityGroup("group", {
          description: "x",
          ingress: [{ protocol: "tcp", fromPort: 1, toPort: 1, cidrBlocks: ["10.0.0.0/8", nothing] }],
        });
      });
      assert.deepEqual(messages(recording), ["ingress[0].cidrBlocks[1] resolved to undefined."]);
      assert.equal(recording.problems[0]?.urn, only(recording, "aws:ec2/securityGroup:SecurityGroup").urn);
    });

    it("a stack output that resolves to undefined", async () => {
      const recording = await run(() => ({ list: [pulumi.output(undefined)] }));
      assert.deepEqual(messages(recording), ["output list[0] resolved to undefined."]);
    });

    it("an Output pasted into a string, by resource and property", async () => {
      const recording = await run(() => {
        const key = new aws.kms.Key("key", { description: "x" });
        new aws.kms.Alias("alias", { name: `alias/${String(key.keyId)}`, targetKeyId: key.keyId });
      });
      const [problem] = recording.problems;
      assert.equal(recording.problems.length, 1);
      assert.match(String(problem?.message), /^name holds an Output pasted into a string; use pulumi\.interpolate/);
      assert.equal(problem?.urn, only(recording, "aws:kms/alias:Alias").urn);
    });

    it("a name that is made of something without a value", async () => {
      const recording = await run(() => void new aws.kms.Alias("alias", { name: "alias/undefined", targetKeyId: "k" }));
      assert.match(String(messages(recording)[0]), /^name = "alias\/undefined" holds the word undefined/);
    });

    it("but not the word in a sentence", async () => {
      const recording = await run(() => void new aws.kms.Key("key", { description: "What is undefined is denied" }));
      assert.deepEqual(recording.problems, []);
    });

    it("two resources with one URN", async () => {
      const recording = await run(() => {
        new aws.kms.Key("key", { description: "one" });
        new aws.kms.Key("key", { description: "two" });
      });
      const urn = "urn:pulumi:test::palisade::aws:kms/key:Key::key";
      assert.deepEqual(recording.problems, [
        { message: `Two resources have the URN ${urn}. Give one of them another name.`, urn },
      ]);
    });

    it("nothing where two parents of different types have a child of one name", async () => {
      const recording = await run(() => {
        const group = new Group("group", {});
        new aws.kms.Key("twin", { description: "x" });
        new aws.kms.Key("twin", { description: "x" }, { parent: group });
      });
      assert.deepEqual(recording.problems, []);
    });
  });

  describe("secrets", () => {
    it("are unwrapped in what is recorded, and their paths listed", async () => {
      const recording = await run(() => {
        const secret = pulumi.secret("hunter2");
        new aws.ssm.Parameter("parameter", { type: "SecureString", value: secret, tags: { a: secret, b: "plain" } });
      });
      const { inputs, secretPaths } = only(recording, "aws:ssm/parameter:Parameter");
      assert.equal(inputs.value, "hunter2");
      assert.deepEqual(inputs.tags, { a: "hunter2", b: "plain" });
      assert.deepEqual([...secretPaths].sort(), ["tags.a", "value"]);
    });

    it("stay secret on their way through the program", async () => {
      const recording = await run(() => {
        const password = new random.RandomPassword("password", { length: 32 });
        new aws.ssm.Parameter("parameter", { type: "SecureString", value: pulumi.interpolate`x-${password.result}` });
        return { plain: "x", password: password.result, list: [{ deep: password.result }] };
      });
      assert.deepEqual(only(recording, "aws:ssm/parameter:Parameter").secretPaths, ["value"]);
      assert.deepEqual([...recording.secretOutputs].sort(), ["list", "password"]);
      assert.equal(recording.outputs.plain, "x");
    });

    it("in an object of a cluster stay secret beside what is computed in it", async () => {
      const recording = await run(() => {
        const metadata = { labels: { app: "api" } };
        const map = new k8s.core.v1.ConfigMap("settings", { metadata, data: { token: pulumi.secret("hunter2") } });
        const service = new k8s.core.v1.Service("api", { spec: { ports: [{ port: 443 }] } });
        const { name, uid, labels } = map.metadata as unknown as Record<string, pulumi.Output<string>>;
        return { name, uid, labels, data: map.data, address: service.spec.clusterIP, port: service.spec.ports };
      });
      const { name, uid, labels, address, port } = recording.outputs;
      assert.match(String(name), /^settings-[0-9a-f]{8}$/);
      assert.match(String(uid), /^[0-9a-f-]{36}$/);
      assert.deepEqual(labels, { app: "api" });
      assert.match(String(address), /^172\.20\./);
      assert.deepEqual(port, [{ port: 443, protocol: "TCP", targetPort: 443 }]);
      assert.deepEqual(recording.secretOutputs, ["data"]);
      assert.deepEqual(recording.problems, []);
    });

    it("are what the class or the program marks among computed values", async () => {
      const recording = await run(() => {
        const key = new aws.kms.Key("key", { description: "x" }, { additionalSecretOutputs: ["keyId"] });
        const apiKey = new aws.apigateway.ApiKey("client");
        return { keyId: key.keyId, arn: key.arn, value: apiKey.value };
      });
      assert.deepEqual([...recording.secretOutputs].sort(), ["keyId", "value"]);
    });

    it("in configuration are secret too", async () => {
      const recording = await run(() => ({ token: new pulumi.Config("palisade").requireSecret("token") }), {
        config: { "palisade:token": "t", "aws:region": "eu-west-1" },
        secretKeys: ["palisade:token"],
      });
      assert.deepEqual(recording.secretOutputs, ["token"]);
    });
  });

  describe("preview and update", () => {
    const program = () => {
      const key = new aws.kms.Key("key", { description: "x" });
      const ran: string[] = [];
      const alias = new aws.kms.Alias("alias", { name: "alias/x", targetKeyId: key.keyId });
      key.keyId.apply((id) => ran.push(id));
      return { keyId: key.keyId, description: key.description, alias: alias.name, ran };
    };

    it("show the same resources, with ids and computed values only after the update", async () => {
      const preview = await run(program, { preview: true });
      const update = await run(program);
      assert.equal(preview.preview, true);
      assert.deepEqual(
        preview.resources.map(({ urn }) => urn),
        update.resources.map(({ urn }) => urn),
      );
      assert.equal(only(preview, KEY).outputs.keyId, undefined);
      assert.equal(only(preview, "aws:kms/alias:Alias").inputs.targetKeyId, UNKNOWN);
      const id = only(update, KEY).id;
      assert.match(String(id), /^[0-9a-f-]{36}$/);
      assert.equal(only(update, "aws:kms/alias:Alias").inputs.targetKeyId, id);
      assert.equal(update.outputs.keyId, id);
      assert.equal(preview.outputs.description, "x");
      assert.equal(preview.outputs.alias, "alias/x");
    });

    it("do not run an apply on what is not known yet", async () => {
      const seen = async (preview: boolean) => {
        const ids: string[] = [];
        await run(() => void new aws.kms.Key("key", { description: "x" }).keyId.apply((id) => ids.push(id)), {
          preview,
        });
        return ids.length;
      };
      assert.equal(await seen(true), 0);
      assert.equal(await seen(false), 1);
    });
  });

  it("records options, parents, dependencies and where a value comes from", async () => {
    const recording = await run(() => {
      const group = new Group("group", { name: "g" });
      const key = new aws.kms.Key(
        "key",
        { description: "x" },
        {
          protect: true,
          retainOnDelete: true,
          deleteBeforeReplace: true,
          ignoreChanges: ["description"],
          parent: group,
        },
      );
      new aws.kms.Alias("alias", { name: "alias/x", targetKeyId: key.keyId }, { aliases: [{ name: "old" }] });
      new aws.kms.Key("after", { description: "x" }, { dependsOn: [key] });
    });
    const find = (name: string) => recording.resources.find((resource) => resource.name === name)!;
    const key = find("key");
    assert.deepEqual(
      [key.protect, key.retainOnDelete, key.deleteBeforeReplace, key.ignoreChanges],
      [true, true, true, ["description"]],
    );
    assert.equal(key.parent, find("group").urn);
    assert.equal(key.urn, "urn:pulumi:test::palisade::palisade:test:Group$aws:kms/key:Key::key");
    assert.deepEqual(find("group").outputs, { name: "g" });
    assert.equal(find("group").custom, false);
    assert.deepEqual(find("alias").propertyDependencies, { targetKeyId: [key.urn] });
    assert.equal(find("alias").aliases, 1);
    assert.deepEqual(find("after").dependencies, [key.urn]);
    assert.deepEqual(find("after").propertyDependencies, {});
  });

  it("names a resource as Pulumi would when the program does not, the same in every run", async () => {
    const name = async () =>
      (await run(() => ({ name: new aws.iam.Role("role", { assumeRolePolicy: "{}" }).name }))).outputs.name;
    assert.match(String(await name()), /^role-[0-9a-f]{7}$/);
    assert.equal(await name(), await name());
  });

  it("lets a resource live in its own region, else its provider's, else the stack's", async () => {
    const recording = await run(() => {
      const provider = new aws.Provider("ireland", { region: "eu-central-1" });
      new aws.kms.Key("own", { description: "x", region: "us-east-2" }, { provider });
      new aws.kms.Key("providers", { description: "x" }, { provider });
      new aws.kms.Key("stacks", { description: "x" });
    });
    const arn = (name: string) => String(recording.resources.find((one) => one.name === name)?.outputs.arn);
    assert.match(arn("own"), /:us-east-2:123456789012:/);
    assert.match(arn("providers"), /:eu-central-1:/);
    assert.match(arn("stacks"), /:eu-west-1:/);
  });

  it("marks what is only read", async () => {
    const recording = await run(() => void aws.kms.Key.get("there", "1afe69d4-81f2-42d0-ac0a-0788d943722e"));
    const key = only(recording, KEY);
    assert.deepEqual([key.read, key.custom, key.id], [true, true, "1afe69d4-81f2-42d0-ac0a-0788d943722e"]);
  });

  it("says where a resource was declared, when asked", async () => {
    const program = () => void new aws.kms.Key("key", { description: "x" });
    assert.deepEqual(only(await run(program), KEY).source, []);
    const { source } = only(await run(program, { sources: true }), KEY);
    const here = source.find(({ uri }) => uri.startsWith(pathToFileURL(join(__dirname, "recorder.test")).href));
    assert.ok(here !== undefined && here.line > 0, JSON.stringify(source));
    assert.deepEqual(only(await run(program), KEY).source, []);
  });

  it("keeps recordings of one process apart, one after the other and at the same time", async () => {
    const program = (name: string) => async () => {
      const config = new pulumi.Config("palisade");
      await new Promise((resolve) => setTimeout(resolve, 5));
      new aws.kms.Key(name, { description: config.get("what") ?? "nothing" });
      return { stack: pulumi.getStack(), what: config.get("what") ?? "" };
    };
    const options = (stack: string, what: string) => ({
      stack,
      config: { "aws:region": "eu-west-1", "palisade:what": what },
    });
    const [first, second] = await Promise.all([
      run(program("one"), options("a", "first")),
      run(program("two"), options("b", "second")),
    ]);
    const third = await run(program("three"), { stack: "c" });
    const facts = (recording: Recording) => [
      recording.stack,
      recording.outputs.stack,
      only(recording, KEY).name,
      only(recording, KEY).inputs.description,
    ];
    assert.deepEqual(facts(first), ["a", "a", "one", "first"]);
    assert.deepEqual(facts(second), ["b", "b", "two", "second"]);
    assert.deepEqual(facts(third), ["c", "c", "three", "nothing"]);
  });
});
