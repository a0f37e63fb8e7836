import { createHash } from "node:crypto";
import type { Facts, Model, Models } from "../model";

/** The digits of an id: `vpc-0a1b` -> `0a1b`. What AWS makes together with a VPC or an address carries the same ones here. */
const digits = (id: string): string => id.slice(id.indexOf("-") + 1);

/** The public address of an allocation, out of the documentation ranges (RFC 5737). */
function publicAddress(allocationId: string): string {
  const seed = parseInt(digits(allocationId).slice(0, 8), 16) || 0;
  return `${["192.0.2", "198.51.100", "203.0.113"][seed % 3]}.${1 + (Math.floor(seed / 3) % 254)}`;
}

/** An EC2 resource whose id is `<prefix>-<17 digits>` and whose ARN is `<kind>/<id>`. */
const resource = (
  prefix: string,
  kind: string,
  computed: (f: Facts) => Record<string, unknown> = () => ({}),
): Model => ({
  id: (f) => `${prefix}-${f.hex(17)}`,
  outputs: (f) => ({ arn: f.arn("ec2", `${kind}/${prefix}-${f.hex(17)}`), ownerId: f.account, ...computed(f) }),
});

/** AWS keeps the first four addresses of a subnet; an interface gets one after them. */
function privateAddress(f: Facts): string {
  return `10.0.0.${4 + (parseInt(f.hex(4), 16) % 250)}`;
}

export const ec2: Models = {
  "aws:ec2/instance:Instance": {
    id: (f) => `i-${f.hex(17)}`,
    outputs: (f) => {
      const address = privateAddress(f);
      return {
        arn: f.arn("ec2", `instance/i-${f.hex(17)}`),
        availabilityZone: f.text("availabilityZone") || `${f.region}a`,
        instanceLifecycle: "",
        instanceState: "running",
        outpostArn: "",
        passwordData: "",
        placementGroup: "",
        placementGroupId: "",
        primaryNetworkInterfaceId: `eni-${f.hex(17)}`,
        privateDns: `ip-${address.replaceAll(".", "-")}.${f.region}.compute.internal`,
        privateIp: address,
        publicDns: "",
        publicIp: "",
        spotInstanceRequestId: "",
        tenancy: "default",
      };
    },
  },
  "aws:ec2/launchTemplate:LaunchTemplate": {
    nameProperty: "name",
    id: (f) => `lt-${f.hex(17)}`,
    outputs: (f) => ({ arn: f.arn("ec2", `launch-template/lt-${f.hex(17)}`), defaultVersion: 1, latestVersion: 1 }),
  },
  "aws:ec2/securityGroup:SecurityGroup": {
    nameProperty: "name",
    id: (f) => `sg-${f.hex(17)}`,
    outputs: (f) => ({
      arn: f.arn("ec2", `security-group/sg-${f.hex(17)}`),
      ownerId: f.account,
      vpcId: f.text("vpcId") || "vpc-default",
    }),
  },
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {
    id: (f) => `sgr-${f.hex(17)}`,
    outputs: (f) => ({
      arn: f.arn("ec2", `security-group-rule/sgr-${f.hex(17)}`),
      securityGroupRuleId: `sgr-${f.hex(17)}`,
    }),
  },
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": {
    id: (f) => `sgr-${f.hex(17)}`,
    outputs: (f) => ({
      arn: f.arn("ec2", `security-group-rule/sgr-${f.hex(17)}`),
      securityGroupRuleId: `sgr-${f.hex(17)}`,
    }),
  },
  "aws:ec2/vpc:Vpc": resource("vpc", "vpc", (f) => ({
    defaultNetworkAclId: `acl-${f.hex(17)}`,
    defaultRouteTableId: `rtb-${f.hex(17)}`,
    mainRouteTableId: `rtb-${f.hex(17)}`,
    defaultSecurityGroupId: `sg-${f.hex(17)}`,
    dhcpOptionsId: "dopt-0a1b2c3d4e5f60718",
    enableNetworkAddressUsageMetrics: false,
    instanceTenancy: "default",
    ipv6AssociationId: "",
    ipv6CidrBlock: "",
    ipv6CidrBlockNetworkBorderGroup: "",
  })),
  "aws:ec2/securityGroupRule:SecurityGroupRule": {
    id: (f) => `sgrule-${f.hex(10)}`,
    outputs: (f) => ({ securityGroupRuleId: `sgr-${f.hex(17)}` }),
  },
  "aws:ec2/subnet:Subnet": resource("subnet", "subnet", (f) => ({
    availabilityZoneId: zoneId(f.text("availabilityZone")),
    ipv6CidrBlockAssociationId: "",
    privateDnsHostnameTypeOnLaunch: "ip-name",
  })),
  "aws:ec2/internetGateway:InternetGateway": resource("igw", "internet-gateway"),
  "aws:ec2/eip:Eip": {
    id: (f) => `eipalloc-${f.hex(17)}`,
    outputs: (f) => ({
      allocationId: `eipalloc-${f.hex(17)}`,
      arn: f.arn("ec2", `elastic-ip/eipalloc-${f.hex(17)}`),
      associationId: "",
      carrierIp: "",
      customerOwnedIp: "",
      instance: "",
      networkBorderGroup: f.region,
      networkInterface: "",
      privateDns: "",
      privateIp: "",
      ptrRecord: "",
      publicDns: `ec2-${publicAddress(f.hex(17)).replaceAll(".", "-")}.${f.region}.compute.amazonaws.com`,
      publicIp: publicAddress(f.hex(17)),
      publicIpv4Pool: "amazon",
    }),
  },
  "aws:ec2/natGateway:NatGateway": {
    id: (f) => `nat-${f.hex(17)}`,
    outputs: (f) => ({
      associationId: `eipassoc-${f.hex(17)}`,
      autoProvisionZones: "",
      autoScalingIps: "",
      availabilityMode: "zonal",
      networkInterfaceId: `eni-${f.hex(17)}`,
      privateIp: privateAddress(f),
      publicIp: publicAddress(f.text("allocationId")),
      regionalNatGatewayAddresses: [],
      regionalNatGatewayAutoMode: "",
      routeTableId: "",
      secondaryPrivateIpAddressCount: 0,
      secondaryPrivateIpAddresses: [],
    }),
  },
  "aws:ec2/routeTable:RouteTable": resource("rtb", "route-table", () => ({ propagatingVgws: [] })),
  "aws:ec2/route:Route": {
    id: (f) => `r-${f.text("routeTableId")}${f.hex(10)}`,
    outputs: () => ({ instanceId: "", instanceOwnerId: "", origin: "CreateRoute", state: "active" }),
  },
  "aws:ec2/routeTableAssociation:RouteTableAssociation": { id: (f) => `rtbassoc-${f.hex(17)}` },
  "aws:ec2/vpcEndpoint:VpcEndpoint": resource("vpce", "vpc-endpoint", (f) => {
    const gateway = f.text("vpcEndpointType") !== "Interface";
    const service = f.text("serviceName");
    return {
      cidrBlocks: gateway ? ["198.51.100.0/24"] : [],
      dnsEntries: gateway
        ? []
        : [
            {
              dnsName: `vpce-${f.hex(17)}-${f.hex(8)}.${service.split(".").slice(3).join(".")}.${f.region}.vpce.amazonaws.com`,
              hostedZoneId: "Z7HUB22UULQXV",
            },
          ],
      ipAddressType: gateway ? "" : "ipv4",
      networkInterfaceIds: gateway ? [] : f.list("subnetIds").map((_, index) => `eni-${f.hex(16)}${index % 10}`),
      prefixListId: gateway ? prefixListId(service) : "",
      requesterManaged: false,
      serviceRegion: f.region,
      state: "available",
    };
  }),
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": {
    id: (f) => `sg-${digits(f.text("vpcId"))}`,
    outputs: (f) => ({
      arn: f.arn("ec2", `security-group/sg-${digits(f.text("vpcId"))}`),
      description: "default VPC security group",
      name: "default",
      namePrefix: "",
      ownerId: f.account,
    }),
  },
  "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl": {
    id: (f) => f.text("defaultNetworkAclId"),
    outputs: (f) => ({
      arn: f.arn("ec2", `network-acl/${f.text("defaultNetworkAclId")}`),
      ownerId: f.account,
      vpcId: `vpc-${digits(f.text("defaultNetworkAclId"))}`,
    }),
  },
  "aws:ec2/networkAcl:NetworkAcl": resource("acl", "network-acl"),
  "aws:ec2/flowLog:FlowLog": {
    id: (f) => `fl-${f.hex(17)}`,
    outputs: (f) => ({ arn: f.arn("ec2", `vpc-flow-log/fl-${f.hex(17)}`) }),
  },
};

/** AWS's id of a zone: the region's short code and a number, e.g. `euw1-az1`. Which number a letter gets differs by account. */
function zoneId(zone: string): string {
  const region = zone.slice(0, -1);
  const short = region
    .split("-")
    .map((part, index) =>
      index === 1 ? (part.match(/north|south|east|west|central/g) ?? []).map((word) => word[0]).join("") : part,
    )
    .join("");
  return `${short}-az${zone.charCodeAt(zone.length - 1) - 96}`;
}

/** The prefix list of a gateway service (`com.amazonaws.<region>.s3`), the same for an endpoint and for `getPrefixList`. */
export function prefixListId(serviceName: string): string {
  return `pl-${createHash("sha256").update(serviceName).digest("hex").slice(0, 8)}`;
}
