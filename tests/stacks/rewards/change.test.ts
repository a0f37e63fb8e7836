import assert from "node:assert/strict";
import { replaces } from "../../../simulator/immutable";
import { RewardsRecording } from "../../support/rewards";
import { stackValues } from "../../support/stack-file";
import { differences } from "../../support/stack-recording";

type Stack = "rewards" | "rewards-dev";

const given = (stack: Stack, key: string) => JSON.parse(stackValues(stack)[`palisade:${key}`] ?? "null");

/** What a change of one key of the stack file does. */
async function change(stack: Stack, key: string, part: object) {
  const before = await RewardsRecording.of(stack);
  const after = await RewardsRecording.of(stack, { [`palisade:${key}`]: { ...given(stack, key), ...part } });
  const present = before.resources.filter(({ urn }) => after.get(urn) !== undefined);
  const changed = present
    .filter(({ custom }) => custom)
    .flatMap(({ urn, type, name, inputs }) => {
      const paths = [...new Set(differences(inputs, after.get(urn)?.inputs))];
      return paths.map((path) => ({ type, name, path }));
    })
    // A dashboard shows what there is.
    .filter(({ name }) => name !== "rewards-dashboard-dashboard");
  const line = ({ name, path }: { name: string; path: string }) => `${name} ${path}`;
  return {
    gone: before.resources.filter(({ urn }) => after.get(urn) === undefined).map(({ name }) => name),
    made: after.resources.filter(({ urn }) => before.get(urn) === undefined).map(({ name }) => name),
    changed: changed.map(line).sort(),
    replaced: changed.filter(({ type, path }) => replaces(type, path.split("."))).map(line),
  };
}

describe("rewards: a change", function () {
  this.timeout(120_000);

  it("to a third zone makes what stands in it, and replaces what AWS ties to subnets: the link and the nodes, both made before they go", async () => {
    const zones = ["us-east-2a", "us-east-2b", "us-east-2c"];
    const { gone, made, changed, replaced } = await change("rewards-dev", "region", { zones });
    assert.deepEqual(gone, []);
    assert.ok(made.length > 10);
    for (const name of made) assert.match(name, /^rewards-vpc-.*\bc\b/);
    assert.deepEqual(replaced, ["rewards-link-link subnetIds", "rewards-cluster-services subnetIds"]);
    for (const line of changed)
      assert.match(
        line,
        / (vpcConfig\.subnetIds|networkConfiguration\.subnets|subnetIds|subnets|routeTableIds|updateConfig\.\w+)$/,
      );
    const stack = await RewardsRecording.of("rewards-dev");
    // Pulumi deletes what a program names before it makes the next of that name.
    for (const name of ["rewards-link-link", "rewards-cluster-services"]) {
      const [resource] = stack.resources.filter((one) => one.name === name && one.custom);
      const { inputs, deleteBeforeReplace } = resource ?? assert.fail(name);
      assert.deepEqual([inputs.name, inputs.nodeGroupName, deleteBeforeReplace], [undefined, undefined, false], name);
    }
  });

  it("to more nodes changes the group's bounds, and leaves the count to scaling", async () => {
    const { gone, made, changed, replaced } = await change("rewards", "kubernetes", { nodes: { min: 6, max: 12 } });
    assert.deepEqual([gone, made, replaced], [[], [], []]);
    assert.deepEqual(changed, [
      "rewards-cluster-services scalingConfig.desiredSize",
      "rewards-cluster-services scalingConfig.maxSize",
      "rewards-cluster-services scalingConfig.minSize",
    ]);
    const { resources } = await RewardsRecording.of("rewards");
    const group = resources.find(({ name }) => name === "rewards-cluster-services");
    assert.deepEqual(group?.ignoreChanges, ["scalingConfig.desiredSize"]);
  });

  it("to another instance type replaces the group of nodes, and nothing else", async () => {
    const effect = await change("rewards", "kubernetes", { instanceTypes: ["m8g.xlarge"] });
    const line = "rewards-cluster-services instanceTypes";
    assert.deepEqual(effect, { gone: [], made: [], changed: [line], replaced: [line] });
  });

  it("to more pods changes the autoscaler, the alarm that counts them and the room that the namespace gives", async () => {
    const onboarding = { ...given("rewards", "services").onboarding, scaling: { min: 6, max: 12 } };
    const { gone, made, changed, replaced } = await change("rewards", "services", { onboarding });
    assert.deepEqual([gone, made, replaced], [[], [], []]);
    assert.deepEqual(changed, [
      "rewards-onboarding-autoscaler spec.maxReplicas",
      "rewards-onboarding-autoscaler spec.minReplicas",
      "rewards-onboarding-pods-missing alarmDescription",
      "rewards-onboarding-pods-missing threshold",
      "rewards-services-quota spec.hard.limits.memory",
      "rewards-services-quota spec.hard.pods",
      "rewards-services-quota spec.hard.requests.cpu",
      "rewards-services-quota spec.hard.requests.memory",
    ]);
  });

  it("to a new image rolls one deployment out", async () => {
    const onboarding = { ...given("rewards", "services").onboarding, image: { tag: "1.1.0" } };
    assert.deepEqual(await change("rewards", "services", { onboarding }), {
      gone: [],
      made: [],
      changed: ["rewards-onboarding-deployment spec.template.spec.containers.image"],
      replaced: [],
    });
  });

  it("to a new image of user catalogs rolls the service and its polling job out together", async () => {
    const catalogs = { ...given("rewards", "services")["user-catalogs"], image: { tag: "1.1.0" } };
    const { changed, replaced } = await change("rewards", "services", { "user-catalogs": catalogs });
    assert.deepEqual(replaced, []);
    assert.deepEqual(changed, [
      "rewards-catalog-polling-cron-job spec.jobTemplate.spec.template.spec.containers.image",
      "rewards-user-catalogs-deployment spec.template.spec.containers.image",
    ]);
  });

  it("to a new image of a function updates its code, of which the alias takes the new version", async () => {
    const scoring = { ...given("rewards", "functions").scoring, image: { tag: "1.1.0" } };
    assert.deepEqual(await change("rewards", "functions", { scoring }), {
      gone: [],
      made: [],
      changed: ["rewards-scoring-function imageUri"],
      replaced: [],
    });
  });

  it("to a further source of catalogs opens the way there for the polling job, and tells it", async () => {
    const shelters = { url: "https://shelters.example.com/v1", cidrs: ["192.0.2.64/28"], port: 8443 };
    const providers = { ...given("rewards", "catalogs").providers, shelters };
    const { gone, made, changed, replaced } = await change("rewards", "catalogs", { providers });
    assert.deepEqual([gone, replaced], [[], []]);
    // A rule of the security group, and a network policy.
    assert.deepEqual(made, Array(2).fill("rewards-catalog-polling-to-shelters-192-0-2-64-28-tcp-8443"));
    assert.deepEqual(changed, [
      "rewards-catalog-polling-cron-job spec.jobTemplate.spec.template.spec.containers.env.value",
      "rewards-vpc-private egress",
      "rewards-vpc-public egress",
    ]);
  });

  it("to a further database instance adds one in the next zone", async () => {
    const { gone, made, changed, replaced } = await change("rewards", "database", { instances: 3 });
    assert.deepEqual([gone, changed, replaced], [[], [], []]);
    assert.ok(made.includes("rewards-users-primary-instance-c"));
    for (const name of made) assert.match(name, /^rewards-users-primary-.*-c$/);
  });
});
