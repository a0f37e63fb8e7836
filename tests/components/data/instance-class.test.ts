import assert from "node:assert/strict";
import { CLUSTER_CLASS, GLOBAL_CLASS, maxConnections, memoryGiB } from "../../../components/data/instance-class";

describe("DB instance classes", () => {
  it("have the memory that AWS lists", () => {
    const listed: Record<string, number> = {
      "db.t4g.micro": 1,
      "db.t4g.medium": 4,
      "db.t3.2xlarge": 32,
      "db.c6gd.medium": 2,
      "db.c6gd.xlarge": 8,
      "db.m8gd.large": 8,
      "db.m7g.16xlarge": 256,
      "db.r6gd.xlarge": 32,
      "db.r8g.24xlarge": 768,
      "db.x2g.xlarge": 64,
      "db.x2iedn.xlarge": 128,
    };
    for (const [name, gib] of Object.entries(listed)) assert.equal(memoryGiB(name), gib, name);
    assert.equal(memoryGiB("db.serverless"), undefined);
  });

  it("are told apart by what clusters and global databases take", () => {
    for (const name of ["db.m6gd.large", "db.r8gd.48xlarge", "db.x2iedn.32xlarge"]) assert.match(name, CLUSTER_CLASS);
    for (const name of ["db.r8g.xlarge", "db.m7g.large", "db.t4g.medium"]) assert.doesNotMatch(name, CLUSTER_CLASS);
    assert.match("db.r8g.xlarge", GLOBAL_CLASS);
    assert.doesNotMatch("db.m8g.xlarge", GLOBAL_CLASS);
  });

  it("set max_connections as RDS does", () => {
    assert.equal(maxConnections(1), 112);
    assert.equal(maxConnections(8), 901);
    assert.equal(maxConnections(64), 5000);
  });
});
