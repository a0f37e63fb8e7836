import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { ArgumentError, Component } from "../../components/core";
import type { RecordedResource, Recording } from "../../simulator";
import { assertGolden, inventory } from "./golden";
import { recordProgram } from "./record";

export interface ContractCase {
  /** Builds the component with the least a caller has to give. Anything it needs beside it (a VPC, a key) is named after `name` too. */
  minimal: (name: string, opts: pulumi.ComponentResourceOptions) => Component;
  /** Builds it with every option used. */
  complete: (name: string, opts: pulumi.ComponentResourceOptions) => Component;
  /** Wrong arguments: what is wrong -> a build that must throw an ArgumentError whose message matches, or is exactly this text. */
  errors: Record<string, { build: (name: string) => unknown; message: RegExp | string }>;
}

/** A plain parent that only carries a region to what is under it. */
class Site extends Component {
  constructor(name: string, region: string) {
    super("palisade:test:Site", name, { region });
    this.registerOutputs({});
  }
}

/** Regions in which AWS keeps what is global (CloudFront, Route 53; Global Accelerator), wherever the stack is. */
const AWS_HOMES = ["us-east-1", "us-west-2"];

const urnSet = (recording: Recording): string[] => recording.resources.map((r) => r.urn).sort();
const awsResources = (recording: Recording): RecordedResource[] =>
  recording.resources.filter((r) => r.custom && r.type.startsWith("aws:"));

/** The tests that every component passes; call it inside a `describe`. `concern` is the folder, `kind` the class. */
export function componentContract(concern: string, kind: string, cases: ContractCase): void {
  const both = { minimal: cases.minimal, complete: cases.complete };
  for (const [form, build] of Object.entries(both)) {
    it(`${form}: resources are those of the golden file`, async () => {
      const recording = await recordProgram(() => void build("one", {}));
      assertGolden(`${concern}/${kind}.${form}`, inventory(recording));
    });

    it(`${form}: preview registers the same resources as the update`, async () => {
      const preview = await recordProgram(() => void build("one", {}), { preview: true });
      const update = await recordProgram(() => void build("one", {}));
      assert.deepEqual(urnSet(preview), urnSet(update));
    });

    it(`${form}: a second run is identical`, async () => {
      const first = await recordProgram(() => void build("one", {}));
      const second = await recordProgram(() => void build("one", {}));
      assert.deepEqual(inventory(first), inventory(second));
    });

    it(`${form}: two instances stand side by side, each child named after its component`, async () => {
      const recording = await recordProgram(() => {
        build("one", {});
        build("two", {});
      });
      const ones = recording.resources.filter((r) => /^one(-|$)/.test(r.name)).length;
      const twos = recording.resources.filter((r) => /^two(-|$)/.test(r.name)).length;
      assert.equal(ones, twos);
      // 1 for the stack itself.
      assert.equal(ones + twos + 1, recording.resources.length);
      const urns = urnSet(recording);
      assert.equal(new Set(urns).size, urns.length);
    });

    it(`${form}: in two regions every regional resource follows its own region`, async () => {
      const recording = await recordProgram(() => {
        build("one", { parent: new Site("here", "eu-west-1") });
        build("two", { parent: new Site("there", "us-east-2") });
      });
      for (const resource of awsResources(recording)) {
        if (resource.region === undefined || AWS_HOMES.includes(resource.region)) continue;
        assert.equal(resource.region, resource.name.startsWith("one") ? "eu-west-1" : "us-east-2", resource.urn);
      }
    });

    it(`${form}: no secret stands as a plain value`, async () => {
      const recording = await recordProgram(() => void build("one", {}));
      for (const resource of recording.resources) {
        for (const property of ["password", "masterPassword", "authToken", "secretString", "passwords"]) {
          if (resource.inputs[property] === undefined) continue;
          assert.ok(
            resource.secretPaths.some((path) => path.startsWith(property)),
            `${resource.urn} ${property}`,
          );
        }
      }
    });
  }

  for (const [what, { build, message }] of Object.entries(cases.errors)) {
    it(`refuses ${what}`, async () => {
      await recordProgram(() => {
        assert.throws(
          () => build("one"),
          (error) =>
            error instanceof ArgumentError &&
            (typeof message === "string" ? error.message === message : message.test(error.message)),
        );
      });
    });
  }
}
