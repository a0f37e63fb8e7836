import * as pulumi from "@pulumi/pulumi";
import type { VmApplication } from "../blue-green-vms";
import { agentConfig } from "./agent-config";
import { deployScript } from "./deploy-script";
import { nginxConfig } from "./nginx-config";
import { containerUnit, unitName } from "./systemd-units";

export interface MachineFacts {
  readonly application: VmApplication;
  /** Number of each container -> its port on the loopback address. */
  readonly hostPorts: Readonly<Record<number, number>>;
  readonly healthCheckPath: string;
  readonly region: string;
  readonly logGroup: pulumi.Input<string>;
  /** The network's range: nobody but the load balancer in it can connect. */
  readonly trustedRange: string;
}

/** Name of a parameter below `machine/` -> the file that it holds. */
export function machineFiles(facts: MachineFacts): Readonly<Record<string, pulumi.Input<string>>> {
  const { application, hostPorts, healthCheckPath, region } = facts;
  const numbers = Object.keys(hostPorts).map(Number);
  const units = numbers.map((number) => [
    unitName(number),
    pulumi.output(facts.logGroup).apply((logGroup) =>
      containerUnit({
        number,
        hostPort: hostPorts[number] ?? 0,
        containerPort: application.port ?? 8080,
        memoryMiB: application.memoryMiB ?? 1024,
        user: application.user ?? "10001:10001",
        region,
        logGroup,
      }),
    ),
  ]);
  return {
    ...Object.fromEntries(units),
    "nginx.conf": nginxConfig({
      upstreamPorts: Object.values(hostPorts),
      trustedRanges: [facts.trustedRange],
      healthCheckPath,
      responseSeconds: application.responseSeconds ?? 55,
      maxBodyMiB: 1,
    }),
    "agent.json": pulumi.output(facts.logGroup).apply(agentConfig),
    "app.env": settingsFile({ PORT: String(application.port ?? 8080), AWS_REGION: region, ...application.settings }),
    deploy: application.image.repositoryUrl.apply((repositoryUrl) =>
      deployScript({
        repositoryUrl,
        ports: hostPorts,
        healthCheckPath,
        startSeconds: application.startSeconds ?? 60,
      }),
    ),
  };
}

/** Docker takes each line as it stands: no quotes, no escapes. */
function settingsFile(settings: Readonly<Record<string, pulumi.Input<string>>>): pulumi.Output<string> {
  return pulumi.output(settings).apply((known) =>
    Object.entries(known)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(""),
  );
}
