import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { record } from "../../simulator";

/** Run as a process of its own: a recording notices a value that never comes when the process has nothing else left to do. */
const program = (): void => {
  const never = pulumi.output(new Promise<string>(() => undefined));
  new aws.kms.Key("waiting", { description: never });
};

record(program, { project: "palisade", stack: "test", config: { "aws:region": "eu-west-1" } }).then(
  () => console.log("finished"),
  (error: unknown) => console.log(error instanceof Error ? error.message : error),
);
