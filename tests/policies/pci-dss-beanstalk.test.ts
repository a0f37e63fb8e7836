import { pciDss } from "../../policies/pci-dss/rules";
import { type Fixture, ref } from "./fixture-graph";
import { type Change, ruleCases } from "./rule-cases";

const GENERAL = "aws:elasticbeanstalk:environment";
const UPDATES = "aws:elasticbeanstalk:managedactions";
const LOGS = "aws:elasticbeanstalk:cloudwatch:logs";
const LAUNCH = "aws:autoscaling:launchconfiguration";
const VPC = "aws:ec2:vpc";
const PORT_80 = "aws:elbv2:listener:default";
const PORT_443 = "aws:elbv2:listener:443";

type Setting = readonly [namespace: string, name: string, value: unknown];

const settings = (list: readonly Setting[]) => list.map(([namespace, name, value]) => ({ namespace, name, value }));

const environment = (list: readonly Setting[], rest: Record<string, unknown> = {}): Fixture => ({
  shop: {
    type: "aws:elasticbeanstalk/environment:Environment",
    inputs: { application: "shop", settings: settings(list), ...rest },
  },
});
const change = (...list: readonly Setting[]): Change => ({ shop: { settings: settings(list) } });

const TLS: readonly Setting[] = [
  [GENERAL, "LoadBalancerType", "application"],
  [PORT_80, "ListenerEnabled", "false"],
  [PORT_443, "Protocol", "HTTPS"],
  [PORT_443, "SSLPolicy", "ELBSecurityPolicy-TLS13-1-2-2021-06"],
];
const CLASSIC: readonly Setting[] = [
  [GENERAL, "LoadBalancerType", "classic"],
  ["aws:elb:listener", "ListenerEnabled", "false"],
  ["aws:elb:listener:443", "ListenerProtocol", "HTTPS"],
];
const BALANCER_LOGS: Setting = ["aws:elbv2:loadbalancer", "AccessLogsS3Enabled", "true"];
const PRIVATE: readonly Setting[] = [
  [VPC, "VPCId", "vpc-1"],
  [VPC, "AssociatePublicIpAddress", "false"],
];

const template = (list: readonly Setting[]) => ({
  template: {
    type: "aws:elasticbeanstalk/configurationTemplate:ConfigurationTemplate",
    inputs: { application: "shop", name: "standard", settings: settings(list) },
  },
});

ruleCases(pciDss, {
  "beanstalk-managed-updates": {
    secure: environment([[UPDATES, "ManagedActionsEnabled", "true"]]),
    broken: {
      "updates by hand": change([UPDATES, "ManagedActionsEnabled", "false"]),
      "Elastic Beanstalk's default": change(),
      "a setting of the same name elsewhere": change([GENERAL, "ManagedActionsEnabled", "true"]),
    },
    alsoSecure: {
      "a template's setting": {
        shop: { settings: [], templateName: ref("template", "name") },
        ...template([[UPDATES, "ManagedActionsEnabled", "true"]]),
      },
    },
  },
  "beanstalk-logs": {
    secure: {
      ...environment([[LOGS, "StreamLogs", "true"]], { templateName: ref("template", "name") }),
      ...template([[LOGS, "StreamLogs", "false"]]),
    },
    broken: {
      "the template's setting": change(),
      "an own setting": change([LOGS, "StreamLogs", "false"]),
      "logs that go with it": change([LOGS, "StreamLogs", "true"], [LOGS, "DeleteOnTerminate", "true"]),
      "no template": { shop: { settings: [], templateName: undefined } },
    },
  },
  "beanstalk-tls": {
    secure: environment(TLS),
    broken: {
      "Elastic Beanstalk's default": change(),
      "port 80 open": change(...TLS.filter(([place]) => place !== PORT_80)),
      "HTTP on port 443": change(...TLS.filter(([, name]) => name !== "Protocol")),
      "AWS's default policy": change(...TLS.filter(([, name]) => name !== "SSLPolicy")),
      "an old policy": change(...TLS.slice(0, 3), [PORT_443, "SSLPolicy", "ELBSecurityPolicy-2016-08"]),
      "a single instance": change(...TLS, [GENERAL, "EnvironmentType", "SingleInstance"]),
      "a Classic Load Balancer with the default policy": change(...CLASSIC),
      "a network load balancer that hands TCP on": change([GENERAL, "LoadBalancerType", "network"]),
    },
    alsoSecure: {
      "a Classic Load Balancer": change(...CLASSIC, [
        "aws:elb:policies:tls",
        "SSLReferencePolicy",
        "ELBSecurityPolicy-TLS-1-2-2017-01",
      ]),
    },
    notApplicable: {
      "a worker": { shop: { tier: "Worker", settings: [] } },
      "a shared load balancer": change(...TLS, [GENERAL, "LoadBalancerIsShared", "true"]),
    },
  },
  "beanstalk-imdsv2": {
    secure: environment([[LAUNCH, "DisableIMDSv1", "true"]], {
      solutionStackName: "64bit Amazon Linux 2 v3.9.0 running Corretto 17",
    }),
    broken: {
      "version 1 on": change([LAUNCH, "DisableIMDSv1", "false"]),
      "the default of Amazon Linux 2": change(),
      "version 1 on Amazon Linux 2023": {
        shop: {
          solutionStackName: "64bit Amazon Linux 2023 v6.5.0 running Node.js 22",
          settings: settings([[LAUNCH, "DisableIMDSv1", "false"]]),
        },
      },
    },
    alsoSecure: {
      "the default of Amazon Linux 2023": {
        shop: { solutionStackName: "64bit Amazon Linux 2023 v6.5.0 running Node.js 22", settings: [] },
      },
    },
  },
  "beanstalk-private-instances": {
    secure: environment(PRIVATE),
    broken: {
      "the default VPC": change([VPC, "AssociatePublicIpAddress", "false"]),
      "the subnets' choice": change([VPC, "VPCId", "vpc-1"]),
      "public addresses": change([VPC, "VPCId", "vpc-1"], [VPC, "AssociatePublicIpAddress", "true"]),
      "a single instance": change(...PRIVATE, [GENERAL, "EnvironmentType", "SingleInstance"]),
    },
    alsoSecure: {
      "a VPC that the program makes": {
        vpc: { type: "aws:ec2/vpc:Vpc", inputs: { cidrBlock: "10.0.0.0/16" } },
        ...change([VPC, "VPCId", ref("vpc")], [VPC, "AssociatePublicIpAddress", "false"]),
      },
    },
    notNeeded: { "shop.settings[0].value": "a VPC that is not known yet is a VPC" },
  },
  "beanstalk-access-logs": {
    secure: environment([BALANCER_LOGS]),
    broken: {
      off: change(["aws:elbv2:loadbalancer", "AccessLogsS3Enabled", "false"]),
      "AWS's default": change([GENERAL, "LoadBalancerType", "application"]),
    },
    notApplicable: {
      "a single instance": change([GENERAL, "EnvironmentType", "SingleInstance"]),
      "a load balancer that others have, too": change([GENERAL, "LoadBalancerIsShared", "true"]),
      "a worker": { shop: { tier: "Worker" } },
    },
  },
});
