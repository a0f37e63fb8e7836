import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { keyOf } from "../../../simulator/cloud";
import { KINDS } from "../../../simulator/kubernetes-kinds";
import { decode } from "../../../simulator/provider/values";
import { UNKNOWN } from "../../../simulator/recording";
import { Client, type ClientOptions, type Made } from "./client";

const NAMESPACE = "kubernetes:core/v1:Namespace";
const CONFIG = "kubernetes:core/v1:ConfigMap";
const SECRET = "kubernetes:core/v1:Secret";
const SERVICE = "kubernetes:core/v1:Service";
const DEPLOYMENT = "kubernetes:apps/v1:Deployment";

const deployment = (app: string, replicas = 1) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "api", namespace: "shop" },
  spec: { replicas, selector: { matchLabels: { app } }, template: { metadata: { labels: { app } } } },
});

describe("the simulator's provider for kubernetes", () => {
  const clients: Client[] = [];
  const start = async (options: ClientOptions = {}): Promise<Client> => {
    const client = await Client.start({ package: "kubernetes", settings: { clusterIdentifier: "one" }, ...options });
    clients.push(client);
    return client;
  };
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.stop();
  });

  const shop = async (client: Client): Promise<{ namespace: Made; api: Made }> => {
    const namespace = await client.create(NAMESPACE, "shop", { metadata: { name: "shop" } });
    return { namespace, api: await client.create(DEPLOYMENT, "api", deployment("api", 3)) };
  };
  const metadataOf = ({ values }: Made["state"]) => values.metadata as Record<string, unknown>;

  describe("check", () => {
    it("names an object with eight digits, says so on it, and keeps the name", async () => {
      const client = await start();
      const { inputs } = await client.check(CONFIG, "settings", { metadata: { namespace: "shop" } });
      const metadata = inputs.values.metadata as Record<string, unknown>;
      assert.match(String(metadata.name), /^settings-[0-9a-f]{8}$/);
      assert.deepEqual(metadata.annotations, { "pulumi.com/autonamed": "true" });
      assert.equal(metadata.namespace, "shop");
      const again = await client.check(CONFIG, "settings", { metadata: { namespace: "shop" } }, inputs.values);
      assert.deepEqual(again.inputs.values, inputs.values);
      const plain = await client.check(CONFIG, "settings", {});
      assert.match(String((plain.inputs.values.metadata as Record<string, unknown>).name), /^settings-/);
      const server = await client.check(CONFIG, "settings", { metadata: { generateName: "s-" } });
      assert.deepEqual(server.inputs.values.metadata, { generateName: "s-" });
    });

    it("refuses names that the API server would", async () => {
      const client = await start();
      const failures = async (type: string, name: string) =>
        (await client.check(type, "x", { metadata: { name } })).failures.join();
      assert.match(await failures(DEPLOYMENT, "Api"), /metadata.name is "Api", which does not match/);
      assert.match(await failures(SERVICE, "1st"), /does not match/);
      assert.match(await failures(SERVICE, "a".repeat(64)), /64 characters long; Kubernetes takes 0 to 63/);
      assert.match(await failures(NAMESPACE, "kube-system"), /does not match/);
      assert.match(await failures("kubernetes:batch/v1:CronJob", "c".repeat(53)), /53 characters/);
      assert.equal(await failures("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", "system:reader"), "");
    });

    it("refuses kinds that it does not know", async () => {
      const client = await start();
      const type = "kubernetes:cert-manager.io/v1:Certificate";
      await assert.rejects(client.create(type, "x", {}), /no model for kubernetes:cert-manager.*kubernetes-kinds/);
    });
  });

  describe("create", () => {
    it("answers what the API server and the controllers add", async () => {
      const client = await start();
      const { namespace, api } = await shop(client);
      assert.equal(namespace.id, "shop");
      assert.deepEqual(namespace.state.values.status, { phase: "Active" });
      assert.deepEqual(metadataOf(namespace.state).labels, { "kubernetes.io/metadata.name": "shop" });
      assert.equal(api.id, "shop/api");
      assert.equal((api.state.values.status as Record<string, unknown>).availableReplicas, 3);
      assert.match(String(metadataOf(api.state).uid), /^[0-9a-f-]{36}$/);
      assert.equal("id" in api.state.values, false);
    });

    it("gives a service its address, and a port on the nodes where it is reached through them", async () => {
      const client = await start();
      const make = async (name: string, spec: Record<string, unknown>) => {
        const { state } = await client.create(SERVICE, name, { metadata: { name }, spec });
        return state.values as { spec: { clusterIP?: string; ports: { nodePort?: number }[] }; status: unknown };
      };
      const inside = await make("inside", { ports: [{ port: 443 }] });
      assert.match(String(inside.spec.clusterIP), /^172\.20\.\d+\.\d+$/);
      assert.equal(inside.spec.ports[0]?.nodePort, undefined);
      const outside = await make("outside", { type: "NodePort", ports: [{ port: 443 }] });
      const port = outside.spec.ports[0]?.nodePort ?? 0;
      assert.ok(port >= 30_000 && port <= 32_767);
      assert.equal((await make("headless", { clusterIP: "None", ports: [] })).spec.clusterIP, "None");
      const external = await make("external", { type: "LoadBalancer", ports: [{ port: 443 }] });
      assert.match(JSON.stringify(external.status), /elb\..*amazonaws\.com/);
    });

    it("refuses an object in a namespace that is not there, in this cluster, but not in one that every cluster has", async () => {
      const client = await start();
      await assert.rejects(client.create(DEPLOYMENT, "api", deployment("api")), /NotFound: metadata.namespace .* shop/);
      await client.create(CONFIG, "a", { metadata: { name: "a", namespace: "kube-system" } });
      await client.create(CONFIG, "b", { metadata: { name: "b" } });
      await client.create(CONFIG, "c", { metadata: { name: "c", namespace: "default" } });
      await shop(client);
      const other = await start({ cloud: client.cloudFile, settings: { clusterIdentifier: "two" } });
      await assert.rejects(other.create(DEPLOYMENT, "api", deployment("api")), /NotFound/);
      await shop(other);
    });

    it("refuses a second object of one name, in one namespace", async () => {
      const client = await start();
      await shop(client);
      await assert.rejects(client.create(DEPLOYMENT, "again", deployment("api")), /AlreadyExists: .* shop\/api/);
      await client.create(NAMESPACE, "other", { metadata: { name: "other" } });
      const elsewhere = { ...deployment("api"), metadata: { name: "api", namespace: "other" } };
      await client.create(DEPLOYMENT, "elsewhere", elsewhere);
    });

    it("keeps secrets out of the cloud's file", async () => {
      const client = await start();
      const inputs = { metadata: { name: "s" }, stringData: { token: "correct-horse" } };
      const made = await client.create(SECRET, "s", inputs, [["stringData"]]);
      assert.deepEqual(made.state.values.data, { token: Buffer.from("correct-horse").toString("base64") });
      assert.equal(made.state.values.type, "Opaque");
      const file = readFileSync(client.cloudFile, "utf8");
      assert.ok(!file.includes("correct-horse") && !file.includes(Buffer.from("correct-horse").toString("base64")));
      assert.deepEqual((await client.read(made))?.state.values, made.state.values);
    });

    it("knows at preview what the program gave, and nothing else", async () => {
      const client = await start();
      const { inputs } = await client.check(DEPLOYMENT, "api", deployment("api"));
      const state = decode((await client.createRaw(DEPLOYMENT, "api", inputs, true)).getProperties()).values;
      assert.deepEqual(state.metadata, { name: "api", namespace: "shop" });
      assert.equal(state.status, UNKNOWN);
      assert.deepEqual(client.provider.cloud.all(), []);
    });
  });

  describe("diff", () => {
    it("changes in place what can be", async () => {
      const client = await start();
      const { api } = await shop(client);
      const { changed, replaces } = await client.diff(api, deployment("api", 4));
      assert.deepEqual([changed, replaces], [["spec.replicas"], []]);
      assert.deepEqual((await client.diff(api, deployment("api", 3))).changed, []);
    });

    it("replaces where the provider does, the old object first where both have one name", async () => {
      const client = await start();
      const { api } = await shop(client);
      const { replaces, deleteBeforeReplace } = await client.diff(api, deployment("other", 3));
      assert.deepEqual([replaces, deleteBeforeReplace], [["spec"], true]);
      const renamed = { ...deployment("api", 3), metadata: { name: "api2", namespace: "shop" } };
      assert.equal((await client.diff(api, renamed)).deleteBeforeReplace, false);
      const named = await client.create(CONFIG, "settings", { data: { a: "1" } });
      const changed = await client.diff(named, { data: { a: "2" } });
      assert.deepEqual([changed.replaces, changed.deleteBeforeReplace], [["data"], false]);
    });

    it("replaces by table: what a claim, a job, a service or a binding keeps for its life", async () => {
      const client = await start();
      for (const [type, before, after] of [
        ["core/v1:PersistentVolumeClaim", { spec: { storageClassName: "a" } }, { spec: { storageClassName: "b" } }],
        ["batch/v1:Job", { spec: { template: { spec: { a: 1 } } } }, { spec: { template: { spec: { a: 2 } } } }],
        ["core/v1:Service", { spec: { clusterIP: "None" } }, { spec: { clusterIP: "172.20.0.9" } }],
        ["core/v1:Secret", { type: "Opaque" }, { type: "kubernetes.io/tls" }],
        ["rbac.authorization.k8s.io/v1:RoleBinding", { roleRef: { name: "a" } }, { roleRef: { name: "b" } }],
        ["storage.k8s.io/v1:StorageClass", { provisioner: "a" }, { provisioner: "b" }],
      ] as const) {
        const metadata = { name: "x" };
        const made = await client.create(`kubernetes:${type}`, "x", { metadata, ...before });
        assert.equal((await client.diff(made, { metadata, ...after })).replaces.length, 1, type);
      }
    });
  });

  describe("update", () => {
    it("changes the object, and its resource version with it", async () => {
      const client = await start();
      const { api } = await shop(client);
      const updated = await client.update(api, deployment("api", 5));
      assert.equal((updated.state.values.status as Record<string, unknown>).readyReplicas, 5);
      assert.equal(metadataOf(updated.state).uid, metadataOf(api.state).uid);
      assert.notEqual(metadataOf(updated.state).resourceVersion, metadataOf(api.state).resourceVersion);
    });

    it("refuses what the API server keeps and the provider does not know of", async () => {
      const client = await start();
      await shop(client);
      const type = "kubernetes:apps/v1:DaemonSet";
      const agent = await client.create(type, "agent", deployment("agent"));
      assert.deepEqual((await client.diff(agent, deployment("other"))).replaces, []);
      await assert.rejects(client.update(agent, deployment("other")), /Invalid: spec.selector .* immutable/);
    });
  });

  it("finds what was changed behind its back, and what is gone", async () => {
    const client = await start();
    const { api, namespace } = await shop(client);
    const { cloud } = client.provider;
    const found = cloud.all().find(({ id }) => id === "shop/api");
    cloud.alter(keyOf(found!), (one) => ({ ...one, inputs: { ...one.inputs, spec: { replicas: 1 } } }));
    assert.deepEqual((await client.read(api))?.inputs.values.spec, { replicas: 1 });
    cloud.alter(keyOf(found!), () => undefined);
    assert.equal(await client.read(api), undefined);
    assert.equal((await client.read(namespace))?.id, "shop");
  });

  it("takes over objects that stand already, by namespace and name", async () => {
    const client = await start();
    const { api, namespace } = await shop(client);
    const nothing = { values: {}, secrets: [] };
    for (const made of [api, namespace]) {
      const taken = await client.read({ ...made, inputs: nothing, state: nothing });
      assert.deepEqual(taken?.inputs.values, made.inputs.values);
      assert.deepEqual(taken?.state.values, made.state.values);
    }
    assert.equal(await client.read({ ...api, id: "shop/other", inputs: nothing, state: nothing }), undefined);
  });

  it("deletes with a namespace all that is in it, and nothing elsewhere", async () => {
    const client = await start();
    const { namespace, api } = await shop(client);
    await client.create(CONFIG, "a", { metadata: { name: "a" } });
    await client.delete(namespace);
    assert.deepEqual(
      client.provider.cloud.all().map(({ id }) => id),
      ["default/a"],
    );
    await client.delete(api);
  });

  describe("its own settings", () => {
    const server = (address: string) =>
      JSON.stringify({ clusters: [{ name: "c", cluster: { server: `https://${address}` } }] });

    it("make another provider, and so other objects, only where they mean another cluster", async () => {
      const client = await start();
      const replaces = async (olds: Record<string, unknown>, news: Record<string, unknown>) =>
        (await client.diffConfig(olds, news)).getReplacesList();
      const one = { clusterIdentifier: "one", kubeconfig: server("a") };
      assert.deepEqual(await replaces(one, { ...one, kubeconfig: server("b") }), []);
      assert.deepEqual(await replaces(one, { ...one, kubeconfig: UNKNOWN }), []);
      assert.deepEqual(await replaces(one, { ...one, clusterIdentifier: "two" }), ["clusterIdentifier"]);
      assert.deepEqual(await replaces({ kubeconfig: server("a") }, { kubeconfig: server("b") }), ["kubeconfig"]);
      assert.deepEqual(await replaces({ kubeconfig: server("a") }, { kubeconfig: UNKNOWN }), ["kubeconfig"]);
      assert.deepEqual(await replaces({ kubeconfig: server("a") }, { kubeconfig: server("a"), context: "x" }), []);
    });

    it("tell clusters apart by the server in a kubeconfig, in JSON or YAML", async () => {
      const client = await start({ settings: { kubeconfig: server("a") } });
      await shop(client);
      const yaml = "clusters:\n- cluster:\n    server: https://b\n  name: c\n";
      const other = await start({ cloud: client.cloudFile, settings: { kubeconfig: yaml } });
      await shop(other);
      assert.deepEqual(
        [...new Set(client.provider.cloud.all().map(({ region }) => region))],
        ["https://a", "https://b"],
      );
    });

    it("are refused where they would make no objects in a cluster", async () => {
      const client = await start();
      assert.match((await client.checkConfig({ renderYamlToDirectory: "out" })).join(), /renderYamlToDirectory/);
      assert.deepEqual(await client.checkConfig({ kubeconfig: server("a") }), []);
    });
  });

  it("answers every kind that it knows, from creation to deletion", async () => {
    const client = await start();
    for (const type of Object.keys(KINDS)) {
      // A custom resource has its definition's fields, the others those of their class.
      const made = await client.create(type, "one", {
        metadata: { name: "one" },
        ...(type.endsWith(":CronJob") ? { spec: { schedule: "* * * * *" } } : {}),
      });
      assert.deepEqual((await client.read(made))?.state.values, made.state.values, type);
      assert.deepEqual((await client.diff(made, made.inputs.values)).changed, [], type);
    }
    for (const resource of client.provider.cloud.all().reverse()) {
      await client.delete({ ...resource, name: "one", inputs: decode(undefined), state: decode(undefined) });
    }
    assert.deepEqual(client.provider.cloud.all(), []);
  });
});
