// Writes resources into a cloud one by one: `cloud-writer.cjs FILE FIRST COUNT`.
const { Cloud } = require("../../../simulator/cloud.ts");

const [file, first, count] = process.argv.slice(2);
const cloud = new Cloud(file);
for (let n = Number(first); n < Number(first) + Number(count); n++) {
  const name = `q${n}`;
  cloud.transaction(({ put }) =>
    put({
      type: "aws:sqs/queue:Queue",
      id: name,
      region: "eu-west-1",
      urn: name,
      logicalName: name,
      generation: 0,
      inputs: { name },
    }),
  );
  if (n === Number(first) + 20) process.send?.("writing");
}
