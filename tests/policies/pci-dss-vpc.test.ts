import { pciDss } from "../../policies/pci-dss/rules";
import { ref } from "./fixture-graph";
import { ruleCases } from "./rule-cases";

const vpc = { type: "aws:ec2/vpc:Vpc" };
const subnet = { type: "aws:ec2/subnet:Subnet", inputs: { vpcId: ref("vpc") } };
const table = { type: "aws:ec2/routeTable:RouteTable", inputs: { vpcId: ref("vpc") } };
const link = {
  type: "aws:ec2/routeTableAssociation:RouteTableAssociation",
  inputs: { subnetId: ref("public"), routeTableId: ref("table") },
};
const gateway = { type: "aws:ec2/internetGateway:InternetGateway", inputs: { vpcId: ref("vpc") } };
const route = {
  type: "aws:ec2/route:Route",
  inputs: { routeTableId: ref("table"), destinationCidrBlock: "0.0.0.0/0", gatewayId: ref("gateway") },
};
const instance = { type: "aws:ec2/instance:Instance", inputs: { subnetId: ref("private") } };
const tiers = { vpc, public: subnet, private: subnet, table, link, gateway, route };

ruleCases(pciDss, {
  "vpc-ec2-endpoint": {
    secure: {
      ...tiers,
      instance,
      endpoint: {
        type: "aws:ec2/vpcEndpoint:VpcEndpoint",
        inputs: { vpcId: ref("vpc"), serviceName: "com.amazonaws.eu-west-1.ec2", vpcEndpointType: "Interface" },
      },
    },
    broken: {
      "no endpoint": { endpoint: undefined },
      "an endpoint of another service": { endpoint: { serviceName: "com.amazonaws.eu-west-1.ec2messages" } },
    },
    notApplicable: { "a VPC without instances": { instance: undefined, endpoint: undefined } },
  },
  "vpc-public-tier": {
    secure: {
      ...tiers,
      instance,
      nat: { type: "aws:ec2/natGateway:NatGateway", inputs: { subnetId: ref("public"), connectivityType: "public" } },
      cache: {
        type: "aws:elasticache/replicationGroup:ReplicationGroup",
        inputs: { subnetGroupName: ref("cacheSubnets", "name") },
      },
      cacheSubnets: { type: "aws:elasticache/subnetGroup:SubnetGroup", inputs: { subnetIds: [ref("private")] } },
    },
    broken: {
      "an instance in the public tier": { instance: { subnetId: ref("public") } },
      "a cache in the public tier": { cacheSubnets: { subnetIds: [ref("private"), ref("public")] } },
      "a route to the internet for the private tier": { link: { subnetId: ref("private") } },
      "an inline route": {
        route: undefined,
        link: { subnetId: ref("private") },
        table: { routes: [{ cidrBlock: "0.0.0.0/0", gatewayId: ref("gateway") }] },
      },
    },
    notApplicable: { "a table that leads nowhere": { route: undefined, instance: { subnetId: ref("public") } } },
  },
  "igw-own-vpc": {
    secure: tiers,
    broken: {
      "somebody else's VPC": { gateway: { vpcId: "vpc-0123456789abcdef0" } },
      "a VPC without a public subnet": { route: undefined },
      "an attachment to somebody else's VPC": {
        attachment: {
          type: "aws:ec2/internetGatewayAttachment:InternetGatewayAttachment",
          inputs: { internetGatewayId: ref("gateway"), vpcId: "vpc-0123456789abcdef0" },
        },
      },
    },
    notApplicable: { "a gateway that is attached to nothing": { gateway: { vpcId: undefined } } },
  },
  "eip-in-use": {
    secure: {
      address: { type: "aws:ec2/eip:Eip", inputs: { domain: "vpc" } },
      nat: { type: "aws:ec2/natGateway:NatGateway", inputs: { allocationId: ref("address") } },
    },
    broken: { "nobody's address": { nat: undefined }, "a private gateway": { nat: { allocationId: undefined } } },
    alsoSecure: {
      "an address of a network interface": { nat: undefined, address: { networkInterface: "eni-1" } },
      "an address of a load balancer": {
        nat: undefined,
        balancer: {
          type: "aws:lb/loadBalancer:LoadBalancer",
          inputs: { subnetMappings: [{ subnetId: "subnet-1", allocationId: ref("address") }] },
        },
      },
    },
  },
  "transit-gateway-no-auto-accept": {
    secure: { hub: { type: "aws:ec2transitgateway/transitGateway:TransitGateway", inputs: { description: "Hub" } } },
    broken: { "anyone's VPC": { hub: { autoAcceptSharedAttachments: "enable" } } },
  },
  "vpn-logs": {
    secure: {
      vpn: {
        type: "aws:ec2/vpnConnection:VpnConnection",
        inputs: {
          tunnel1LogOptions: { cloudwatchLogOptions: { logEnabled: true, logGroupArn: "arn:log" } },
          tunnel2LogOptions: { cloudwatchLogOptions: { logEnabled: true, logGroupArn: "arn:log" } },
        },
      },
    },
    broken: {
      "one tunnel without a log": { vpn: { tunnel2LogOptions: undefined } },
      "a log that is off": { vpn: { tunnel1LogOptions: { cloudwatchLogOptions: { logEnabled: false } } } },
    },
  },
  "client-vpn-logs": {
    secure: {
      vpn: {
        type: "aws:ec2clientvpn/endpoint:Endpoint",
        inputs: { connectionLogOptions: { enabled: true, cloudwatchLogGroup: "vpn" } },
      },
    },
    broken: { "no log": { vpn: { connectionLogOptions: { enabled: false } } } },
  },
  "client-vpn-authorization": {
    secure: {
      rule: {
        type: "aws:ec2clientvpn/authorizationRule:AuthorizationRule",
        inputs: { targetNetworkCidr: "10.0.0.0/16", accessGroupId: "operators", authorizeAllGroups: false },
      },
    },
    broken: {
      everyone: { rule: { authorizeAllGroups: true, accessGroupId: undefined } },
      everywhere: { rule: { targetNetworkCidr: "0.0.0.0/0" } },
    },
  },
  "network-firewall-logs": {
    secure: {
      firewall: { type: "aws:networkfirewall/firewall:Firewall" },
      logs: {
        type: "aws:networkfirewall/loggingConfiguration:LoggingConfiguration",
        inputs: {
          firewallArn: ref("firewall", "arn"),
          loggingConfiguration: {
            logDestinationConfigs: [
              { logType: "ALERT", logDestinationType: "CloudWatchLogs", logDestination: { logGroup: "firewall" } },
            ],
          },
        },
      },
    },
    broken: {
      "no logs": { logs: undefined },
      "logs that go nowhere": { logs: { loggingConfiguration: { logDestinationConfigs: [] } } },
    },
  },
  "network-firewall-policy": {
    secure: {
      policy: {
        type: "aws:networkfirewall/firewallPolicy:FirewallPolicy",
        inputs: {
          firewallPolicy: {
            statelessDefaultActions: ["aws:forward_to_sfe"],
            statelessFragmentDefaultActions: ["aws:drop"],
            statefulRuleGroupReferences: [{ resourceArn: "arn:rules" }],
          },
        },
      },
    },
    broken: {
      "packets that pass": {
        policy: {
          firewallPolicy: {
            statelessDefaultActions: ["aws:pass"],
            statelessFragmentDefaultActions: ["aws:drop"],
            statefulRuleGroupReferences: [{ resourceArn: "arn:rules" }],
          },
        },
      },
      "fragments that pass": {
        policy: {
          firewallPolicy: {
            statelessDefaultActions: ["aws:drop"],
            statelessFragmentDefaultActions: ["aws:pass"],
            statefulRuleGroupReferences: [{ resourceArn: "arn:rules" }],
          },
        },
      },
      "no rule groups": {
        policy: {
          firewallPolicy: { statelessDefaultActions: ["aws:drop"], statelessFragmentDefaultActions: ["aws:drop"] },
        },
      },
    },
  },
});
