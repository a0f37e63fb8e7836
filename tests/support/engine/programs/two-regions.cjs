// A shared part and two regions that roll out one after the other, of real components. PROGRAM, as JSON, changes it.
const load = (path) => require(`../../../../dist/components/${path}`);
const { Bucket } = load("data/bucket.js");
const { Queue } = load("messaging/queue.js");
const { Region } = load("network/region.js");
const { Key } = load("security/key.js");

const keyOf = (name, region) => new Key(`${name}-key`, { description: "Test" }, { parent: region });

/** @returns outputs, so that a failed update can be told from one that ended. */
module.exports = () => {
  const {
    environment = "development",
    fifo = false,
    reports = true,
    shortRegions = ["use1", "euw1"],
    visibilityTimeoutSeconds = 60,
  } = JSON.parse(process.env.PROGRAM || "{}");

  const world = new Region("global", { region: "us-east-1", environment });
  new Bucket("global-front", { key: keyOf("global", world) }, { parent: world });

  let before;
  for (const short of shortRegions) {
    const code = { use1: "us-east-1", euw1: "eu-west-1" }[short];
    const region = new Region(short, { region: code, environment, after: before });
    const key = keyOf(short, region);
    const orders = new Queue(`${short}-orders`, { key, fifo, visibilityTimeoutSeconds }, { parent: region });
    // Nothing that the region's gate is told of.
    if (reports) new Bucket(`${short}-reports`, { key }, { parent: region });
    region.markReady([orders]);
    before = region;
  }
  return { regions: shortRegions };
};
