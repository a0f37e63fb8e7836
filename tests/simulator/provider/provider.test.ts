import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { keyOf } from "../../../simulator/cloud";
import { Faults } from "../../../simulator/provider/faults";
import { decode } from "../../../simulator/provider/values";
import { UNKNOWN } from "../../../simulator/recording";
import { Client, type ClientOptions, type Made } from "./client";

const VPC = "aws:ec2/vpc:Vpc";
const SUBNET = "aws:ec2/subnet:Subnet";
const GROUP = "aws:ec2/securityGroup:SecurityGroup";
const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const QUEUE = "aws:sqs/queue:Queue";
const BUCKET = "aws:s3/bucket:Bucket";
const TASK = "aws:ecs/taskDefinition:TaskDefinition";
const PASSWORD = "random:index/randomPassword:RandomPassword";

describe("the simulator's provider", () => {
  const clients: Client[] = [];
  const start = async (options: ClientOptions = {}): Promise<Client> => {
    const client = await Client.start(options);
    clients.push(client);
    return client;
  };
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.stop();
  });

  const network = async (client: Client): Promise<{ vpc: Made; subnet: Made }> => {
    const vpc = await client.create(VPC, "main", { cidrBlock: "10.0.0.0/16" });
    const subnet = await client.create(SUBNET, "a", { vpcId: vpc.id, cidrBlock: "10.0.0.0/24" });
    return { vpc, subnet };
  };

  describe("check", () => {
    it("names what the program has not named, and keeps the name at the next update", async () => {
      const client = await start();
      const { inputs } = await client.check(QUEUE, "orders", {});
      assert.match(String(inputs.values.name), /^orders-[0-9a-f]{7}$/);
      assert.deepEqual(inputs.values.__defaults, ["name"]);
      const again = await client.check(QUEUE, "orders", { delaySeconds: 5 }, inputs.values);
      assert.equal(again.inputs.values.name, inputs.values.name);
    });

    it("fits a name to what AWS wants: lower case, a prefix, a suffix", async () => {
      const client = await start();
      const nameOf = async (type: string, property: string, given = {}) =>
        String((await client.check(type, "Orders", given)).inputs.values[property]);
      assert.match(await nameOf(BUCKET, "bucket"), /^orders-[0-9a-f]{7}$/);
      assert.match(await nameOf("aws:kms/alias:Alias", "name", { targetKeyId: "k" }), /^alias\/Orders-[0-9a-f]{7}$/);
      assert.match(await nameOf(QUEUE, "name", { fifoQueue: true }), /^Orders-[0-9a-f]{7}\.fifo$/);
    });

    it("refuses what AWS would: length, pattern, enumeration, range, a missing property", async () => {
      const client = await start();
      const failures = async (type: string, inputs: Record<string, unknown>) =>
        (await client.check(type, "x", inputs)).failures;
      assert.match(
        (await failures("aws:iam/role:Role", { name: "r".repeat(65), assumeRolePolicy: "{}" }))[0] ?? "",
        /^name: .*65 characters/,
      );
      assert.match((await failures(BUCKET, { bucket: "Not_A_Bucket" }))[0] ?? "", /does not match/);
      assert.match(
        (await failures("aws:cloudwatch/logGroup:LogGroup", { retentionInDays: 31 }))[0] ?? "",
        /AWS takes one of/,
      );
      assert.match((await failures(QUEUE, { visibilityTimeoutSeconds: 43_201 }))[0] ?? "", /AWS takes 0 to 43200/);
      assert.match((await failures(SUBNET, { cidrBlock: "10.0.0.0/24" }))[0] ?? "", /^vpcId: vpcId is required/);
      assert.deepEqual(await failures(SUBNET, { vpcId: UNKNOWN, cidrBlock: UNKNOWN }), []);
    });

    it("does not show a secret that is refused", async () => {
      const client = await start();
      const { failures } = await client.check("aws:apigateway/apiKey:ApiKey", "k", { value: "hunter2" }, {}, [
        ["value"],
      ]);
      assert.match(failures[0] ?? "", /^: value is a secret, 7 characters long/);
    });

    it("refuses a type that it has no model for", async () => {
      const client = await start();
      assert.match((await client.check("aws:made/up:Up", "x", {})).failures[0] ?? "", /no model for aws:made\/up:Up/);
      await assert.rejects(client.createRaw("aws:made/up:Up", "x", { values: {}, secrets: [] }, false), /no model/);
    });
  });

  describe("create", () => {
    it("gives a replacement another id than what it replaces, and the recorder's id to the first", async () => {
      const client = await start();
      const first = await client.create(VPC, "main", { cidrBlock: "10.0.0.0/16" });
      const second = await client.create(VPC, "main", { cidrBlock: "10.1.0.0/16" });
      assert.notEqual(first.id, second.id);
      assert.notEqual(first.state.values.arn, second.state.values.arn);
      await client.delete(first);
      await client.delete(second);
      const third = await client.create(VPC, "main", { cidrBlock: "10.0.0.0/16" });
      assert.ok(![first.id, second.id].includes(third.id));
    });

    it("counts the revisions of a task definition, which share an id", async () => {
      const client = await start();
      const first = await client.create(TASK, "web", { family: "web", containerDefinitions: "[]" });
      const second = await client.create(TASK, "web", { family: "web", containerDefinitions: "[{}]" });
      assert.deepEqual([first.id, second.id, second.state.values.revision], ["web", "web", 2]);
      await client.delete(first);
      assert.equal((await client.read(second))?.state.values.arn, second.state.values.arn);
      assert.equal(client.provider.cloud.all().length, 1);
    });

    it("overwrites a DNS record that an interrupted update has made already, where the program says so", async () => {
      const client = await start();
      const zone = await client.create("aws:route53/zone:Zone", "zone", { name: "example.com" });
      const record = { zoneId: zone.id, name: "_x.example.com", type: "CNAME", ttl: 60, records: ["y"] };
      const RECORD = "aws:route53/record:Record";
      const first = await client.create(RECORD, "validation", { ...record, allowOverwrite: true });
      const second = await client.create(RECORD, "validation", { ...record, ttl: 30, allowOverwrite: true });
      assert.equal(second.id, first.id);
      const standing = client.provider.cloud.all().filter(({ type }) => type === RECORD);
      assert.deepEqual(
        standing.map(({ inputs, generation }) => [inputs.ttl, generation]),
        [[30, 0]],
      );
    });

    it("refuses a name that is taken, where AWS does", async () => {
      const client = await start();
      await client.create(BUCKET, "a", { bucket: "ledger", region: "eu-west-1" });
      await assert.rejects(
        client.create(BUCKET, "b", { bucket: "ledger", region: "us-east-1" }),
        /BucketAlreadyOwnedByYou/,
      );
      const group = (name: string, region: string) =>
        client.create("aws:cloudwatch/logGroup:LogGroup", name, { name: "/app", region });
      await group("c", "eu-west-1");
      await group("d", "us-east-1");
      await assert.rejects(group("e", "us-east-1"), /ResourceAlreadyExistsException.*\/app, which urn:.*::d has made/);
    });

    it("refuses a reference to what does not exist, or exists in another region", async () => {
      const client = await start();
      await assert.rejects(
        client.create(SUBNET, "a", { vpcId: "vpc-0123456789abcdef0" }),
        /NotFound: vpcId of .* no such aws:ec2\/vpc:Vpc exists in eu-west-1/,
      );
      const { vpc } = await network(client);
      await assert.rejects(client.create(SUBNET, "b", { vpcId: vpc.id, region: "us-east-1" }), /NotFound: vpcId/);
      const acl = { defaultNetworkAclId: vpc.state.values.defaultNetworkAclId };
      await client.create("aws:ec2/defaultNetworkAcl:DefaultNetworkAcl", "made-with-the-vpc", acl);
    });

    it("knows nothing computed at preview, and leaves the cloud alone", async () => {
      const client = await start();
      const inputs = (await client.check(QUEUE, "orders", { name: "orders" })).inputs;
      const response = await client.createRaw(QUEUE, "orders", inputs, true);
      const { values } = decode(response.getProperties());
      assert.deepEqual([values.name, values.arn, values.url], ["orders", UNKNOWN, UNKNOWN]);
      assert.deepEqual(client.provider.cloud.all(), []);
    });

    it("stands in the region of the provider that the program has passed", async () => {
      const client = await start({ region: "ap-southeast-2" });
      const queue = await client.create(QUEUE, "orders", { name: "orders" });
      assert.equal(queue.state.values.arn, "arn:aws:sqs:ap-southeast-2:123456789012:orders");
    });
  });

  describe("diff and update", () => {
    it("replaces what AWS can not change, and says which property it is", async () => {
      const client = await start();
      const { vpc } = await network(client);
      const { changed, replaces, deleteBeforeReplace } = await client.diff(vpc, {
        cidrBlock: "10.9.0.0/16",
        enableDnsSupport: true,
      });
      assert.deepEqual(
        [changed.sort(), replaces, deleteBeforeReplace],
        [["cidrBlock", "enableDnsSupport"], ["cidrBlock"], false],
      );
    });

    it("deletes first only where the program itself gives old and new one name", async () => {
      const client = await start();
      const { vpc } = await network(client);
      const named = await client.create(GROUP, "named", { name: "web", vpcId: vpc.id, description: "old" });
      const unnamed = await client.create(GROUP, "unnamed", { vpcId: vpc.id, description: "old" });
      assert.equal(
        (await client.diff(named, { name: "web", vpcId: vpc.id, description: "new" })).deleteBeforeReplace,
        true,
      );
      assert.equal((await client.diff(unnamed, { vpcId: vpc.id, description: "new" })).deleteBeforeReplace, false);
    });

    it("deletes a named one first also where AWS would take two of one name, as Pulumi's provider does", async () => {
      const client = await start();
      const { vpc } = await network(client);
      const group = async (name: string) => (await client.create(GROUP, name, { vpcId: vpc.id })).id;
      const [before, after] = [await group("before"), await group("after")];
      const link = (securityGroup: string) => ({ name: "link", subnetIds: [], securityGroupIds: [securityGroup] });
      const made = await client.create("aws:apigatewayv2/vpcLink:VpcLink", "link", link(before));
      const { replaces, deleteBeforeReplace } = await client.diff(made, link(after));
      assert.deepEqual([replaces, deleteBeforeReplace], [["securityGroupIds"], true]);
    });

    it("takes another order of subnets as no change, and a lost one of a network load balancer as a replacement", async () => {
      const client = await start();
      const { vpc, subnet } = await network(client);
      const other = await client.create(SUBNET, "b", { vpcId: vpc.id, cidrBlock: "10.0.1.0/24" });
      const given = (subnets: string[]) => ({ name: "nlb", loadBalancerType: "network", subnets });
      const balancer = await client.create("aws:lb/loadBalancer:LoadBalancer", "nlb", given([subnet.id, other.id]));
      assert.deepEqual((await client.diff(balancer, given([other.id, subnet.id]))).changed, []);
      assert.deepEqual((await client.diff(balancer, given([subnet.id]))).replaces, ["subnets"]);
    });

    it("changes what stands and keeps its id", async () => {
      const client = await start();
      const queue = await client.create(QUEUE, "orders", { name: "orders" });
      const updated = await client.update(queue, { name: "orders", visibilityTimeoutSeconds: 60 });
      assert.equal(updated.state.values.visibilityTimeoutSeconds, 60);
      assert.equal(updated.state.values.arn, queue.state.values.arn);
      assert.equal((await client.read(updated))?.state.values.visibilityTimeoutSeconds, 60);
    });

    it("fails to change what is gone", async () => {
      const client = await start();
      const queue = await client.create(QUEUE, "orders", { name: "orders" });
      await client.delete(queue);
      await assert.rejects(client.update(queue, { name: "orders", delaySeconds: 1 }), /NotFound/);
    });
  });

  describe("delete", () => {
    it("refuses while something depends on the resource, and names it", async () => {
      const client = await start();
      const { vpc, subnet } = await network(client);
      await assert.rejects(client.delete(vpc), /DependencyViolation: in use by a \(aws:ec2\/subnet:Subnet subnet-/);
      await client.delete(subnet);
      await client.delete(vpc);
      assert.deepEqual(client.provider.cloud.all(), []);
    });

    it("keeps a security group that another group's rule admits; a group's own rules go with it", async () => {
      const client = await start();
      const { vpc } = await network(client);
      const [web, db] = [
        await client.create(GROUP, "web", { vpcId: vpc.id }),
        await client.create(GROUP, "db", { vpcId: vpc.id }),
      ];
      const rule = {
        securityGroupId: db.id,
        referencedSecurityGroupId: web.id,
        ipProtocol: "tcp",
        fromPort: 5432,
        toPort: 5432,
      };
      await client.create(INGRESS, "db-from-web", rule);
      await assert.rejects(client.delete(web), /in use by db-from-web/);
      await client.delete(db);
      await client.delete(web);
      assert.equal(client.provider.cloud.all().filter(({ type }) => type === INGRESS).length, 0);
    });

    it("refuses what its own settings protect, and what is not empty", async () => {
      const client = await start();
      const database = {
        identifier: "db",
        instanceClass: "db.t4g.micro",
        skipFinalSnapshot: true,
        deletionProtection: true,
      };
      const instance = await client.create("aws:rds/instance:Instance", "db", database);
      await assert.rejects(client.delete(instance), /deletionProtection is on/);
      await client.delete(await client.update(instance, { ...database, deletionProtection: false }));
      const bucket = await client.create(BUCKET, "logs", { bucket: "logs" });
      client.provider.cloud.alter(keyOf(client.provider.cloud.all()[0]!), (one) => ({ ...one, filled: true }));
      await assert.rejects(client.delete(bucket), /BucketNotEmpty/);
    });

    it("is content when the resource is gone already", async () => {
      const client = await start();
      const { subnet } = await network(client);
      await client.delete(subnet);
      await client.delete(subnet);
    });
  });

  describe("read", () => {
    it("shows what was changed behind its back, and what was deleted", async () => {
      const client = await start();
      const queue = await client.create(QUEUE, "orders", { name: "orders", visibilityTimeoutSeconds: 60 });
      const key = keyOf(client.provider.cloud.all()[0]!);
      client.provider.cloud.alter(key, (one) => ({ ...one, inputs: { ...one.inputs, visibilityTimeoutSeconds: 1 } }));
      const drifted = await client.read(queue);
      assert.equal(drifted?.inputs.values.visibilityTimeoutSeconds, 1);
      assert.equal(drifted?.state.values.visibilityTimeoutSeconds, 1);
      client.provider.cloud.alter(key, () => undefined);
      assert.equal(await client.read(queue), undefined);
    });

    it("imports by id alone, in another region by id@region", async () => {
      const client = await start();
      const queue = await client.create(QUEUE, "orders", { name: "orders", region: "us-east-1", delaySeconds: 3 });
      const nothing = { values: {}, secrets: [] };
      const imported = await client.read({ ...queue, id: `${queue.id}@us-east-1`, inputs: nothing, state: nothing });
      assert.equal(imported?.id, queue.id);
      assert.equal(imported?.inputs.values.delaySeconds, 3);
    });

    it("tells apart resources that share an id", async () => {
      const client = await start();
      const type = "aws:cloudwatch/logMetricFilter:LogMetricFilter";
      for (const name of ["a", "b"]) await client.create("aws:cloudwatch/logGroup:LogGroup", name, { name });
      const filters = [];
      for (const logGroupName of ["a", "b"])
        filters.push(await client.create(type, logGroupName, { name: "errors", logGroupName, pattern: "x" }));
      assert.equal(filters[0]?.id, filters[1]?.id);
      for (const filter of filters) assert.deepEqual(await client.read(filter), filter);
    });
  });

  describe("secrets", () => {
    const secret = "correct-horse-battery-staple";

    it("stay secret in every answer and never reach the cloud's file", async () => {
      const client = await start();
      const type = "aws:apigateway/apiKey:ApiKey";
      const key = await client.create(type, "client", { name: "client", value: secret }, [["value"]]);
      assert.deepEqual(key.state.secrets, [["value"]]);
      assert.equal(key.state.values.value, secret);
      assert.deepEqual(await client.read(key), key);
      assert.ok(!readFileSync(client.cloudFile, "utf8").includes(secret));
    });

    it("that were changed behind its back show as changed", async () => {
      const client = await start();
      const type = "aws:apigateway/apiKey:ApiKey";
      const key = await client.create(type, "client", { name: "client", value: secret }, [["value"]]);
      const known = { values: { ...key.inputs.values, value: "another-value-entirely" }, secrets: key.inputs.secrets };
      const read = await client.read({ ...key, inputs: known, state: known });
      assert.match(String(read?.inputs.values.value), /differs/);
    });

    it("are really random where random makes them", async () => {
      const client = await start();
      const make = async (name: string, inputs: Record<string, unknown>) =>
        String((await client.create(PASSWORD, name, inputs)).state.values.result);
      const [a, b] = [await make("a", { length: 32 }), await make("b", { length: 32 })];
      assert.equal(a.length, 32);
      assert.notEqual(a, b);
      assert.match(await make("c", { length: 64, special: false, upper: false }), /^[a-z0-9]{64}$/);
      assert.match(await make("d", { length: 8, minNumeric: 8 }), /^\d{8}$/);
      const password = await client.create(PASSWORD, "e", { length: 20 });
      assert.deepEqual(await client.read(password), password);
    });
  });

  it("answers the functions that the recorder answers", async () => {
    const client = await start();
    assert.equal((await client.invoke("aws:index/getCallerIdentity:getCallerIdentity", {})).accountId, "123456789012");
    await assert.rejects(client.invoke("aws:ec2/getAmi:getAmi", {}), /no answer for the function/);
  });

  describe("faults", () => {
    it("fail the n-th creation, or one by name, and nothing else", async () => {
      const client = await start({ faults: "fail:create:2,fail:delete:queue" });
      const made = await client.create(QUEUE, "queue", { name: "queue" });
      await assert.rejects(client.create(QUEUE, "other", { name: "other" }), /create of other failed/);
      await client.create(QUEUE, "other", { name: "other" });
      await assert.rejects(client.delete(made), /delete of queue failed/);
      assert.equal(client.provider.cloud.all().length, 2);
    });

    it("hang without an end, while other calls are answered", async () => {
      const client = await start({ faults: "hang:create:slow" });
      const hanging = client.create(QUEUE, "slow", { name: "slow" }).then(
        () => "answered",
        () => "ended",
      );
      await client.create(QUEUE, "fast", { name: "fast" });
      const pause = new Promise((resolve) => setTimeout(() => resolve("still hanging"), 100));
      assert.equal(await Promise.race([hanging, pause]), "still hanging");
    });

    it("throttle a share of the calls, which get through in the end", async () => {
      const client = await start({ faults: "throttle:30%" });
      for (let n = 0; n < 30; n++) await client.create(QUEUE, `q${n}`, { name: `q${n}` });
      assert.equal(client.provider.cloud.all().length, 30);
    });

    it("that can not be read are refused", () => {
      assert.throws(() => new Faults("explode:create"), /is no fault/);
      assert.throws(() => new Faults("throttle:many"), /no share/);
    });

    it("throttle for ever when all calls are: the call fails with AWS's error", async function () {
      this.timeout(20_000);
      const client = await start({ faults: "throttle:1" });
      await assert.rejects(client.create(QUEUE, "queue", { name: "queue" }), /ThrottlingException.*after 25 attempts/);
    });
  });

  it("speaks the rest of the protocol", async () => {
    const client = await start();
    const handshake = await client.handshake();
    assert.equal(handshake.getAcceptSecrets(), true);
    assert.deepEqual(await client.checkConfig({ region: "eu-west-1" }), []);
    const moved = await client.diffConfig({ region: "eu-west-1" }, { region: "us-east-1" });
    assert.deepEqual(moved.getReplacesList(), ["region"]);
    assert.equal(
      (await client.diffConfig({ region: "a" }, { region: "a" })).getChanges(),
      proto.DiffResponse.DiffChanges.DIFF_NONE,
    );
  });
});
