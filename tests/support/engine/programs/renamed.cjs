// Components that know of each other, in a region. PROGRAM=renamed gives all of them another name, with an alias of the old one.
const load = (path) => require(`../../../../dist/components/${path}`);
const { Cluster } = load("compute/cluster.js");
const { FargateService } = load("compute/fargate-service.js");
const { Bucket } = load("data/bucket.js");
const { Cache } = load("data/cache.js");
const { PostgresDatabase } = load("data/postgres-database.js");
const { Queue } = load("messaging/queue.js");
const { Region } = load("network/region.js");
const { Vpc } = load("network/vpc.js");
const { Key } = load("security/key.js");
const { Secret } = load("security/secret.js");

const IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/orders:1.0.0";
const isRenamed = process.env.PROGRAM === "renamed";

/** @returns name and options of a component that was called `old` first. */
function named(old, renamed, parent) {
  return isRenamed ? [renamed, { parent, aliases: [{ name: old }] }] : [old, { parent }];
}

module.exports = () => {
  const [regionName, regionOptions] = named("euw1", "ireland");
  const region = new Region(regionName, { region: "eu-west-1", environment: "development" }, regionOptions);
  const make = (Kind, old, renamed, args) => {
    const [name, options] = named(`euw1-${old}`, `ireland-${renamed}`, region);
    return new Kind(name, args, options);
  };
  const key = make(Key, "key", "master", { description: "Test", services: ["logs", "fargate", "log-delivery"] });
  const vpc = make(Vpc, "vpc", "net", { cidr: "10.20.0.0/16", zones: ["eu-west-1a", "eu-west-1b"], key });
  const database = make(PostgresDatabase, "ledger", "books", { vpc, key, instanceClass: "db.t4g.medium" });
  const cache = make(Cache, "cache", "front", { vpc, key, engine: "valkey", nodeType: "cache.t4g.small", replicas: 0 });
  const queue = make(Queue, "orders", "purchases", { key });
  const bucket = make(Bucket, "reports", "documents", { key });
  const secret = make(Secret, "partner", "acquirer", { key, description: "Test", fields: ["token"] });
  const cluster = make(Cluster, "cluster", "tasks", { key });
  const service = make(FargateService, "worker", "clerk", {
    cluster,
    vpc,
    key,
    image: IMAGE,
    cpu: 256,
    memory: 512,
    scaling: { min: 1, max: 2, backlogPerTask: { queue, acceptablePerTask: 100 } },
    healthCheck: { command: ["CMD", "/app/healthcheck"] },
  });
  queue.grantConsume(service);
  bucket.grantWrite(service);
  secret.grantRead(service);
  database.connections.allowFrom(service);
  database.grantConnect(service, "orders");
  cache.connections.allowFrom(service);
  region.markReady([service]);
  return { queue: queue.url };
};
