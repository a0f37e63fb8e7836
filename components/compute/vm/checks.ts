import type { ArgumentCheck } from "../../core";
import type { Colour } from "../../delivery/blue-green-target";
import type { BlueGreenVmsArgs, VmLaunch } from "../blue-green-vms";

/** Fails unless the arguments fit each other and AWS's limits. */
export function checkBlueGreen(check: ArgumentCheck, args: BlueGreenVmsArgs, region: string): void {
  const { application, launch, vpc } = args;
  check.atLeast("vpc.zones", vpc.zones, 2, "zones: one machine in each of two");
  args.key.requireFor(check, region, args.logKey === undefined ? ["logs"] : []);
  args.logKey?.requireFor(check, region, ["logs"]);
  checkLaunch(check, "blue", launch.blue, vpc.zones);
  checkLaunch(check, "green", launch.green, vpc.zones);
  const blueZone = launch.blue.zone ?? vpc.zones[0];
  const greenZone = launch.green.zone ?? vpc.zones[1];
  check.that(blueZone !== greenZone, "launch.green.zone", greenZone, "Blue stands there: one zone may fail.");
  check.that(
    !(launch.blue.replaceable && launch.green.replaceable),
    "launch.green.replaceable",
    true,
    "Blue is replaceable already: make one machine anew at a time, the one that does not serve.",
  );
  check.oneOf("first", args.first ?? "blue", ["blue", "green"]);
  check.integer("application.port", application.port ?? 8080, 1024, 65_535);
  check.integer("application.memoryMiB", application.memoryMiB ?? 1024, 64, 262_144, "of MiB");
  check.integer("application.responseSeconds", application.responseSeconds ?? 55, 1, 3600, "of seconds");
  check.integer("application.startSeconds", application.startSeconds ?? 60, 1, 300, "of seconds");
  check.matches(
    "application.healthCheckPath",
    application.healthCheckPath ?? "/health",
    /^\/[A-Za-z0-9._/-]{0,255}$/,
    "Give a path such as /health, of letters, digits and . _ - /.",
  );
  check.matches(
    "application.user",
    application.user ?? "10001:10001",
    /^[1-9]\d{0,8}:[1-9]\d{0,8}$/,
    "Give numbers other than root's, e.g. 10001:10001.",
  );
  for (const [name, value] of Object.entries(application.settings ?? {})) {
    check.matches(`application.settings.${name}`, name, /^[A-Za-z_][A-Za-z0-9_]*$/, "Give a variable's name.");
    check.that(
      typeof value !== "string" || (!value.includes("\n") && !value.includes("{{")),
      `application.settings.${name}`,
      value,
      "A value has one line, and no {{, which Parameter Store refuses.",
    );
  }
}

function checkLaunch(check: ArgumentCheck, colour: Colour, launch: VmLaunch, zones: readonly string[]): void {
  const at = (argument: string) => `launch.${colour}.${argument}`;
  check.matches(
    at("imageId"),
    launch.imageId,
    /^ami-(?:[0-9a-f]{8}|[0-9a-f]{17})$/,
    "Give an image's id such as ami-0123456789abcdef0; it is pinned, so that no update replaces a machine unasked.",
  );
  check.matches(
    at("instanceType"),
    launch.instanceType,
    /^[a-z]+\d+g[a-z]*\.(?:\d*[a-z]+)$/,
    "Give a Graviton type such as m7g.large: images are built for arm64.",
  );
  check.integer(at("volumeGiB"), launch.volumeGiB ?? 30, 16, 16_384, "of GiB");
  if (launch.zone !== undefined) check.oneOf(at("zone"), launch.zone, zones);
}
