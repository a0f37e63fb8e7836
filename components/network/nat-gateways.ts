import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { AlarmRule, Component, Transform } from "../core";
import type { ZoneLetter } from "./cidr";
import { type ByZone, inZone, zonesOf } from "./zones";

export interface NatGateways {
  readonly natGateways: ByZone<aws.ec2.NatGateway>;
  /** Addresses made here; none for a zone that was given one. */
  readonly eips: ByZone<aws.ec2.Eip>;
}

interface NatOptions {
  readonly internetGateway: aws.ec2.InternetGateway;
  /** Elastic IP allocations that exist already. */
  readonly allocationIds: ByZone<pulumi.Input<string>>;
  readonly transform?: { eip?: Transform<aws.ec2.EipArgs>; natGateway?: Transform<aws.ec2.NatGatewayArgs> };
}

/** Zones with a NAT gateway. The single one stays where it is when a zone is added after it in the alphabet. */
export function natZones(
  letters: readonly ZoneLetter[],
  natGateways: "per-zone" | "single" = "per-zone",
): ZoneLetter[] {
  return natGateways === "single" ? [...letters].sort().slice(0, 1) : [...letters];
}

/** A NAT gateway with a fixed address in the public subnet of each of `zones`. */
export function createNatGateways(
  owner: Component,
  zones: readonly ZoneLetter[],
  publicSubnets: ByZone<aws.ec2.Subnet>,
  { internetGateway, allocationIds, transform }: NatOptions,
): NatGateways {
  const natGateways: ByZone<aws.ec2.NatGateway> = {};
  const eips: ByZone<aws.ec2.Eip> = {};
  for (const letter of zones) {
    let allocationId = allocationIds[letter];
    if (allocationId === undefined) {
      const eip = new aws.ec2.Eip(
        owner.childName(`nat-${letter}`),
        { domain: "vpc" },
        owner.statefulOptions({}, transform?.eip),
      );
      eips[letter] = eip;
      allocationId = eip.allocationId;
    }
    natGateways[letter] = new aws.ec2.NatGateway(
      owner.childName(`nat-${letter}`),
      { subnetId: inZone(publicSubnets, letter).id, allocationId, connectivityType: "public" },
      // AWS refuses a public NAT gateway in a VPC without an attached internet gateway.
      owner.childOptions({ dependsOn: [internetGateway] }, transform?.natGateway),
    );
  }
  return { natGateways, eips };
}

/** The NAT gateway that a zone leaves by: its own, or else the single one. */
export function natGatewayOf(natGateways: ByZone<aws.ec2.NatGateway>, letter: ZoneLetter): aws.ec2.NatGateway {
  return natGateways[letter] ?? inZone(natGateways, zonesOf(natGateways)[0] ?? letter);
}

/** The alarms of one NAT gateway, by suffix. */
export function natAlarms(
  zone: string,
  natGateway: aws.ec2.NatGateway,
  droppedPackets: number,
): Readonly<Record<string, AlarmRule>> {
  const metric = {
    namespace: "AWS/NATGateway",
    dimensions: { NatGatewayId: natGateway.id },
    statistic: "Sum" as const,
  };
  return {
    "port-allocation": {
      severity: "critical",
      description: `NAT gateway in ${zone} has no source port left: calls to the internet fail. Spread them over more addresses or reuse connections.`,
      metric: { ...metric, name: "ErrorPortAllocation" },
      comparison: "GreaterThanThreshold",
      threshold: 0,
      datapointsToAlarm: 3,
    },
    "packets-dropped": {
      severity: "warning",
      description: `NAT gateway in ${zone} drops packets. Compare with its traffic; above 0.01 % look at the AWS Health dashboard.`,
      metric: { ...metric, name: "PacketsDropCount" },
      comparison: "GreaterThanThreshold",
      threshold: droppedPackets,
    },
  };
}
