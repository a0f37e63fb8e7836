import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ArgumentError, Component, type ComponentArgs, fitName, type Transform } from "../core";

export interface RegionArgs extends ComponentArgs {
  /** AWS region that everything under this component lives in, e.g. `eu-west-1`. */
  region: string;
  /**
   * Region that must stand and be healthy before anything here is created or changed. Its `markReady` must have been called.
   * Default: none, this region starts at once.
   */
  after?: Region;
  transform?: { ready?: Transform<aws.ssm.ParameterArgs> };
}

/** SSM's limit for a standard parameter, in bytes (https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html). */
const PARAMETER_BYTES = 4096;

/**
 * One AWS region of a system: whatever has it as parent lives in `region`, with one provider for all regions. Regions share
 * nothing; by `after` they roll out one at a time.
 *
 *     const first = new Region("use1", { region: "us-east-1" });
 *     const api = new FargateService("use1-api", { ... }, { parent: first });
 *     first.markReady([api]);
 *     const second = new Region("euw1", { region: "eu-west-1", after: first });
 *
 * How it waits: `markReady` creates one parameter that depends on what it is given and on every component of the region, and every
 * resource under the next region depends on that parameter. An update that fails or never gets healthy in the first region therefore
 * never starts in the second, and a destroy takes the last region first. Functions such as `aws.ec2.getPrefixListOutput` only read and do not wait.
 *
 * Creates: nothing by itself; `markReady` creates one SSM parameter `/<stack>/<name>/ready`, which is free. Data loss: none.
 */
export class Region extends Component {
  /** The AWS region, e.g. `eu-west-1`. */
  readonly region: string;
  private gate: aws.ssm.Parameter | undefined;

  constructor(
    name: string,
    private readonly args: RegionArgs,
    opts: pulumi.ComponentResourceOptions = {},
  ) {
    const gate = gateOf(name, args.after);
    super("palisade:network:Region", name, args, {
      ...opts,
      transformations: [...(opts.transformations ?? []), ...(gate ? [waitFor(gate)] : [])],
    });
    this.check.matches(
      "region",
      args.region,
      /^[a-z]{2}(-[a-z]+)+-\d$/,
      "Give an AWS region's code, e.g. eu-west-1; a zone has a letter more.",
    );
    this.region = args.region;
    this.registerOutputs({ region: this.region });
  }

  /** The parameter that says this region stands; undefined until `markReady`. */
  get ready(): aws.ssm.Parameter | undefined {
    return this.gate;
  }

  /**
   * Says what must stand and be healthy before the next region starts: its services and whatever proves their health. Whatever else
   * has been made in the region is waited for as well. Call it once, last. A component stands for all that is in it.
   */
  markReady(dependsOn: readonly pulumi.Resource[]): aws.ssm.Parameter {
    this.check.that(
      this.gate === undefined,
      "markReady",
      "a second call",
      "Call it once, with everything that must stand.",
    );
    this.check.atLeast("dependsOn", dependsOn, 1, "resource that must stand before the next region starts");
    this.check.that(
      !dependsOn.includes(this),
      "dependsOn",
      this.name,
      "The parameter is part of the region and can not wait for the whole of it; name the services.",
    );
    const what = pulumi.all(dependsOn.map((resource) => resource.urn)).apply((urns) => urns.map(nameOf).join(" "));
    this.gate = new aws.ssm.Parameter(
      this.childName("ready"),
      {
        name: `/${fitName("ssmParameter", `${pulumi.getStack()}/${this.identity}/ready`, 1)}`,
        description: `${this.region} stands: what the next region waits for`,
        type: "String",
        // Not a secret: `value` would hide it in every diff.
        insecureValue: what.apply((names) => names.slice(0, PARAMETER_BYTES)),
      },
      this.childOptions({ dependsOn: [...dependsOn, ...this.parts] }, this.args.transform?.ready),
    );
    return this.gate;
  }
}

function gateOf(name: string, after: Region | undefined): aws.ssm.Parameter | undefined {
  if (after === undefined) return undefined;
  if (after.ready === undefined) {
    throw new ArgumentError(
      `Region "${name}"`,
      "after",
      after.name,
      `Call markReady([...]) on region "${after.name}", with the services that must be healthy, before creating this one.`,
    );
  }
  return after.ready;
}

/**
 * Makes a region's resources wait for `gate`. Components too: a remote one (awsx) creates children that no transformation
 * reaches, and they wait with it.
 */
function waitFor(gate: pulumi.Resource): pulumi.ResourceTransformation {
  return ({ props, opts }) => ({ props, opts: { ...opts, dependsOn: withGate(opts.dependsOn, gate) } });
}

function withGate(
  dependsOn: pulumi.Input<pulumi.Resource | pulumi.Input<pulumi.Resource>[]> | undefined,
  gate: pulumi.Resource,
): pulumi.Input<pulumi.Input<pulumi.Resource>[]> {
  if (dependsOn === undefined) return [gate];
  if (Array.isArray(dependsOn)) return [...dependsOn, gate];
  if (pulumi.Resource.isInstance(dependsOn)) return [dependsOn, gate];
  return pulumi.output(dependsOn).apply((given) => [...(Array.isArray(given) ? given : [given]), gate]);
}

const nameOf = (urn: string): string => urn.slice(urn.lastIndexOf("::") + 2);
