/** GiB of memory for one vCPU, by the letters of a DB instance family (https://aws.amazon.com/rds/instance-types/). */
const GIB_PER_VCPU: Readonly<Record<string, number>> = { c: 2, m: 4, r: 8, x2g: 16, x2iedn: 32, x2idn: 16, z: 8 };

/** Burstable classes do not follow a ratio. */
const BURSTABLE_GIB: Readonly<Record<string, number>> = {
  micro: 1,
  small: 2,
  medium: 4,
  large: 8,
  xlarge: 16,
  "2xlarge": 32,
};

/** Classes with local NVMe storage, the only ones of Multi-AZ DB clusters (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/multi-az-db-clusters-concepts.html#multi-az-db-clusters-concepts.InstanceAvailability). */
export const CLUSTER_CLASS = /^db\.(c6gd|m5d|m6gd|m6id|m6idn|m8gd|r5d|r6gd|r6id|r6idn|r8gd|x2iedn)\.\w+$/;

/** Classes that Aurora global databases take: memory optimized ones (https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database.html#aurora-global-database.configuration.requirements). */
export const GLOBAL_CLASS = /^db\.(r5|r6g|r6gd|r6i|r6id|r7g|r7i|r8g|r8gd|x2g)\.\w+$/;

export const INSTANCE_CLASS = /^db\.([a-z0-9-]+)\.(micro|small|medium|large|(\d*)xlarge)$/;

/** Memory of a DB instance class in GiB, e.g. `db.r8g.xlarge` -> 32; undefined for a class it does not know. */
export function memoryGiB(instanceClass: string): number | undefined {
  const match = INSTANCE_CLASS.exec(instanceClass);
  if (match === null) return undefined;
  const [, family = "", size = "", times = ""] = match;
  if (family.startsWith("t")) return BURSTABLE_GIB[size];
  const perVcpu = GIB_PER_VCPU[family] ?? GIB_PER_VCPU[family.slice(0, 1)];
  return perVcpu === undefined ? undefined : perVcpu * vcpus(size, times);
}

/** PostgreSQL's `max_connections` as RDS sets it: LEAST(memory in bytes / 9531392, 5000). */
export function maxConnections(gib: number): number {
  return Math.min(Math.floor((gib * 1024 ** 3) / 9531392), 5000);
}

function vcpus(size: string, times: string): number {
  if (size === "medium") return 1;
  return size === "large" ? 2 : 4 * (times === "" ? 1 : Number(times));
}
