import type { Catalogue } from "./catalogue";

const HUB = "https://docs.aws.amazon.com/securityhub/latest/userguide";
const CONFIG = "https://docs.aws.amazon.com/config/latest/developerguide";

/** EC2 instances, and what launches them. Palisade's own components run on Fargate and have none. */
export const instances = {
  "ec2-imdsv2": {
    title: "Instances give their role's credentials to callers with a session token only (IMDSv2).",
    severity: "high",
    requirements: ["2.2.6"],
    controls: ["EC2.8", "EC2.170"],
    remediation: "Set metadataOptions.httpTokens to required, on the instance or its launch template.",
    url: `${HUB}/ec2-controls.html#ec2-8`,
  },
  "ec2-no-public-address": {
    title: "Instances have no public address.",
    severity: "high",
    requirements: ["1.3.1", "1.4.4"],
    controls: ["EC2.9", "EC2.25"],
    remediation:
      "Set associatePublicIpAddress to false, attach no Eip, and put a load balancer in front; Palisade's Vpc has private subnets.",
    url: `${HUB}/ec2-controls.html#ec2-9`,
  },
  "ec2-encrypted-volumes": {
    title: "Volumes of instances are encrypted.",
    severity: "high",
    requirements: ["3.5.1", "8.3.2"],
    controls: ["EC2.3", "EC2.181"],
    remediation:
      "Set `encrypted` on each Volume, rootBlockDevice, ebsBlockDevices and blockDeviceMappings, give an EKS NodeGroup a launch template that does, or declare an EncryptionByDefault in the Region as Palisade's RegionalBaseline does.",
    url: `${HUB}/ec2-controls.html#ec2-3`,
  },
  "ec2-instance-profile": {
    title: "Instances have a role of their own.",
    severity: "medium",
    requirements: ["7.2.1", "7.2.2"],
    controls: ["EC2/instance-profile"],
    remediation: "Set iamInstanceProfile to an InstanceProfile with a role that allows what the instance does.",
    url: `${CONFIG}/ec2-instance-profile-attached.html`,
  },
  "ec2-own-vpc": {
    title: "Instances stand in a subnet that the program names, not in the default VPC.",
    severity: "medium",
    requirements: ["1.3.1", "1.4.2"],
    controls: ["EC2/in-vpc"],
    remediation: "Set subnetId, or vpcZoneIdentifiers of a group; Palisade's Vpc gives privateSubnetIds.",
    url: `${CONFIG}/ec2-instances-in-vpc.html`,
  },
  "ec2-detailed-monitoring": {
    title: "Instances report each minute.",
    severity: "low",
    requirements: ["10.4.1", "10.7.2"],
    controls: ["EC2/detailed-monitoring"],
    remediation: "Set `monitoring` to true, or monitoring.enabled in a launch template.",
    url: `${CONFIG}/ec2-instance-detailed-monitoring-enabled.html`,
  },
  "ec2-no-key-pair": {
    title: "Nobody logs in to instances with a key pair, which is no person's.",
    severity: "medium",
    requirements: ["8.2.2"],
    controls: ["EC2/no-key-pair"],
    remediation: "Leave keyName out, and log in by Session Manager of AWS Systems Manager.",
    url: `${CONFIG}/ec2-no-amazon-key-pair.html`,
  },
  "ec2-enclave-host": {
    title: "Hosts of Nitro Enclaves take no request from the internet, and ask for session tokens.",
    severity: "high",
    requirements: ["1.3.1", "2.2.5"],
    controls: ["EC2/enclave-host"],
    remediation:
      "Set metadataOptions.httpTokens to required and associatePublicIpAddress to false, and open no security group of the host to 0.0.0.0/0 or ::/0.",
    url: "https://docs.aws.amazon.com/enclaves/latest/user/nitro-enclave.html",
  },
  "autoscaling-health-check": {
    title: "Groups behind a load balancer replace instances that it finds unhealthy.",
    severity: "low",
    requirements: ["2.2.1"],
    controls: ["AutoScaling.1"],
    remediation: "Set healthCheckType to ELB.",
    url: `${HUB}/autoscaling-controls.html#autoscaling-1`,
  },
  "no-launch-configurations": {
    title: "Instances are launched from launch templates, not from the launch configurations that AWS has given up.",
    severity: "high",
    requirements: ["1.4.4", "2.2.6"],
    controls: ["AutoScaling.3", "Autoscaling.5"],
    remediation: "Declare a LaunchTemplate, and name it in launchTemplate of the group.",
    url: "https://docs.aws.amazon.com/autoscaling/ec2/userguide/launch-configurations.html",
  },
  "ec2-metadata-hops": {
    title: "An instance's metadata does not travel beyond its own containers.",
    severity: "low",
    requirements: ["2.2.6", "7.2.5"],
    controls: [],
    remediation: "Set metadataOptions.httpPutResponseHopLimit to 1, or to 2 where containers ask for metadata.",
    url: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html",
  },
} as const satisfies Catalogue;
