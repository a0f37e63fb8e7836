import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Component } from "../core";
import type { Tier, ZoneLetter } from "./cidr";
import { type ByZone, inZone, zonesOf } from "./zones";

export interface RouteTables {
  readonly public: aws.ec2.RouteTable;
  readonly private: ByZone<aws.ec2.RouteTable>;
  readonly isolated: aws.ec2.RouteTable;
}

/**
 * Route tables of the three tiers. Private subnets have one per zone, as each zone leaves by its own NAT gateway. Public ones share one,
 * and so do isolated ones: their routes are the same in every zone, and a route table is not something that fails with a zone.
 */
export function createRouteTables(
  owner: Component,
  vpcId: pulumi.Input<string>,
  zones: readonly ZoneLetter[],
): RouteTables {
  const table = (suffix: string) => new aws.ec2.RouteTable(owner.childName(suffix), { vpcId }, owner.childOptions());
  const privateTables: ByZone<aws.ec2.RouteTable> = {};
  for (const zone of zones) privateTables[zone] = table(`private-${zone}`);
  return { public: table("public"), private: privateTables, isolated: table("isolated") };
}

/** A default route. It is not part of its table, so that routes to peers or transit gateways can stand beside it. */
export function routeToInternet(
  owner: Component,
  suffix: string,
  table: aws.ec2.RouteTable,
  target: { gatewayId: pulumi.Output<string> } | { natGatewayId: pulumi.Output<string> },
): aws.ec2.Route {
  return new aws.ec2.Route(
    owner.childName(`${suffix}-internet`),
    { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", ...target },
    owner.childOptions(),
  );
}

/** Gives each subnet of a tier its route table, once `dependsOn` stands: from then on the subnet is ready for use. */
export function associateTier(
  owner: Component,
  tier: Tier,
  subnets: ByZone<aws.ec2.Subnet>,
  tableOf: (zone: ZoneLetter) => aws.ec2.RouteTable,
  dependsOn: (zone: ZoneLetter) => pulumi.Resource[],
): ByZone<aws.ec2.RouteTableAssociation> {
  const associations: ByZone<aws.ec2.RouteTableAssociation> = {};
  for (const zone of zonesOf(subnets)) {
    associations[zone] = new aws.ec2.RouteTableAssociation(
      owner.childName(`${tier}-${zone}`),
      { subnetId: inZone(subnets, zone).id, routeTableId: tableOf(zone).id },
      owner.childOptions({ dependsOn: dependsOn(zone) }),
    );
  }
  return associations;
}
