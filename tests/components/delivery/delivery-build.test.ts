import type * as pulumi from "@pulumi/pulumi";
import { Bucket } from "../../../components/data/bucket";
import { DeliveryBuild, type DeliveryBuildArgs } from "../../../components/delivery/delivery-build";
import { testKey } from "../../support/compute";
import { componentContract } from "../../support/contract";
import { keyErrors } from "../../support/key-errors";

function build(name: string, args: Partial<DeliveryBuildArgs> = {}, opts: pulumi.ComponentResourceOptions = {}) {
  const key = args.key ?? testKey(`${name}-key`, opts);
  const artifacts = new Bucket(`${name}-artifacts`, {}, opts);
  const buildspec = '{"version":0.2,"phases":{"build":{"commands":["true"]}}}';
  return new DeliveryBuild(
    name,
    { description: "Tests", buildspec, artifacts, size: "small", timeoutMinutes: 30, ...args, key },
    opts,
  );
}

describe("DeliveryBuild", () => {
  componentContract("delivery", "DeliveryBuild", {
    minimal: (name, opts) => build(name, {}, opts),
    complete: (name, opts) =>
      build(
        name,
        {
          environment: "development",
          docker: true,
          size: "large",
          assumeRoleArn: "arn:aws:iam::123456789012:role/deploy",
          transform: { project: { queuedTimeout: 30 } },
        },
        opts,
      ),
    errors: {
      ...keyErrors('DeliveryBuild "one"', (name, key) => build(name, { key }), ["logs"]),
      "a build that has no time": {
        build: (name) => build(name, { timeoutMinutes: 4 }),
        message: /timeoutMinutes = 4 .* from 5 to 480/,
      },
    },
  });
});
