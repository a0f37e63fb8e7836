import { pciDss } from "../../policies/pci-dss/rules";
import { ref } from "./fixture-graph";
import { ruleCases } from "./rule-cases";

const INSTANCE = "aws:ec2/instance:Instance";
const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
const NODE_GROUP = "aws:eks/nodeGroup:NodeGroup";
const GROUP = "aws:autoscaling/group:Group";

const subnet = { type: "aws:ec2/subnet:Subnet", inputs: { vpcId: "vpc-1", mapPublicIpOnLaunch: false } };
const host = (inputs: Record<string, unknown>) => ({ host: { type: INSTANCE, inputs } });
const template = (inputs: Record<string, unknown>) => ({ template: { type: TEMPLATE, inputs } });
const fromTemplate = { id: ref("template"), version: "$Latest" };

ruleCases(pciDss, {
  "ec2-metadata-hops": {
    secure: {
      ...host({ metadataOptions: { httpPutResponseHopLimit: 2 } }),
      ...template({ metadataOptions: { httpPutResponseHopLimit: 1 } }),
    },
    broken: {
      "as far as packets go": { host: { metadataOptions: { httpPutResponseHopLimit: 64 } } },
      "a template": { template: { metadataOptions: { httpPutResponseHopLimit: 3 } } },
    },
    alsoSecure: { "AWS's default": { host: { metadataOptions: undefined } } },
  },
  "ec2-imdsv2": {
    secure: {
      ...host({ metadataOptions: { httpTokens: "required" } }),
      ...template({ metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 } }),
    },
    broken: {
      "AWS's default": { host: { metadataOptions: undefined } },
      "both versions": { host: { metadataOptions: { httpTokens: "optional" } } },
      "a template with both versions": { template: { metadataOptions: { httpTokens: "optional" } } },
      "both versions against the Region's default": {
        host: { metadataOptions: { httpTokens: "optional" } },
        defaults: {
          type: "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults",
          inputs: { httpTokens: "required" },
        },
      },
    },
    alsoSecure: {
      "no metadata at all": { host: { metadataOptions: { httpEndpoint: "disabled" } } },
      "an instance of the template": { host: { metadataOptions: undefined, launchTemplate: fromTemplate } },
      "the Region's default": {
        host: { metadataOptions: undefined },
        defaults: {
          type: "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults",
          inputs: { httpTokens: "required" },
        },
      },
    },
  },
  "ec2-no-public-address": {
    secure: {
      subnet,
      ...host({ associatePublicIpAddress: false, subnetId: ref("subnet") }),
      ...template({ networkInterfaces: [{ associatePublicIpAddress: "false" }] }),
    },
    broken: {
      "a public address": { host: { associatePublicIpAddress: true } },
      "a subnet that gives one": {
        host: { associatePublicIpAddress: undefined },
        subnet: { mapPublicIpOnLaunch: true },
      },
      "the default VPC": { host: { associatePublicIpAddress: undefined, subnetId: undefined } },
      "a template that gives one": { template: { networkInterfaces: [{ associatePublicIpAddress: "true" }] } },
      "an instance of such a template": {
        host: { associatePublicIpAddress: undefined, launchTemplate: fromTemplate },
        template: { networkInterfaces: [{ associatePublicIpAddress: "true" }] },
      },
      "an Elastic IP address": { address: { type: "aws:ec2/eip:Eip", inputs: { instance: ref("host") } } },
      "an Elastic IP address by association": {
        association: {
          type: "aws:ec2/eipAssociation:EipAssociation",
          inputs: { instanceId: ref("host"), allocationId: "eipalloc-1" },
        },
      },
      "an Elastic IP address of its interface": {
        host: { associatePublicIpAddress: undefined, primaryNetworkInterface: { networkInterfaceId: ref("card") } },
        card: { type: "aws:ec2/networkInterface:NetworkInterface", inputs: { subnetId: ref("subnet") } },
        address: { type: "aws:ec2/eip:Eip", inputs: { networkInterface: ref("card") } },
      },
    },
    alsoSecure: {
      "a private subnet": { host: { associatePublicIpAddress: undefined } },
      "an interface that is there before": {
        host: {
          associatePublicIpAddress: undefined,
          subnetId: undefined,
          primaryNetworkInterface: { networkInterfaceId: ref("card") },
        },
        card: { type: "aws:ec2/networkInterface:NetworkInterface", inputs: { subnetId: ref("subnet") } },
      },
      "a template without a word": { template: { networkInterfaces: undefined } },
    },
  },
  "ec2-encrypted-volumes": {
    secure: {
      volume: { type: "aws:ebs/volume:Volume", inputs: { availabilityZone: "eu-west-1a", encrypted: true } },
      ...host({ rootBlockDevice: { encrypted: true }, ebsBlockDevices: [{ deviceName: "/dev/sdf", encrypted: true }] }),
      ...template({ blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { encrypted: "true" } }] }),
    },
    broken: {
      "a plain volume": { volume: { encrypted: undefined } },
      "a plain root volume": { host: { rootBlockDevice: { volumeSize: 20 } } },
      "the image's root volume": { host: { rootBlockDevice: undefined } },
      "a plain data volume": { host: { ebsBlockDevices: [{ deviceName: "/dev/sdf" }] } },
      "a template with a plain volume": {
        template: { blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { encrypted: "false" } }] },
      },
      "EKS's nodes without a template": { nodes: { type: NODE_GROUP, inputs: { clusterName: "shop" } } },
      "a template that leaves it to the image": { template: { blockDeviceMappings: undefined } },
      "a Region whose default is off": {
        volume: { encrypted: false },
        always: { type: "aws:ebs/encryptionByDefault:EncryptionByDefault", inputs: { enabled: false } },
      },
    },
    alsoSecure: {
      "an instance of the template": { host: { rootBlockDevice: undefined, launchTemplate: fromTemplate } },
      "a Region that encrypts every volume": {
        volume: { encrypted: undefined },
        host: { rootBlockDevice: undefined },
        template: { blockDeviceMappings: undefined },
        always: { type: "aws:ebs/encryptionByDefault:EncryptionByDefault", inputs: {} },
      },
      "EKS's nodes with the template": {
        nodes: {
          type: NODE_GROUP,
          inputs: { clusterName: "shop", launchTemplate: { id: ref("template"), version: "1" } },
        },
      },
      "a device of the host's own": {
        template: {
          blockDeviceMappings: [
            { deviceName: "/dev/xvda", ebs: { encrypted: "true" } },
            { deviceName: "/dev/sdb", virtualName: "ephemeral0" },
          ],
        },
      },
    },
  },
  "ec2-instance-profile": {
    secure: {
      profile: { type: "aws:iam/instanceProfile:InstanceProfile", inputs: { role: "shop" } },
      ...host({ iamInstanceProfile: ref("profile", "name") }),
      ...template({ iamInstanceProfile: { arn: ref("profile", "arn") } }),
    },
    broken: {
      "no role": { host: { iamInstanceProfile: undefined } },
      "what AWS answers for none": { host: { iamInstanceProfile: "" } },
      "a template without a role": { template: { iamInstanceProfile: undefined } },
    },
    alsoSecure: {
      "an instance of the template": { host: { iamInstanceProfile: undefined, launchTemplate: fromTemplate } },
      "a template of EKS's nodes": {
        template: { iamInstanceProfile: undefined },
        nodes: {
          type: NODE_GROUP,
          inputs: { clusterName: "shop", launchTemplate: { id: ref("template"), version: "1" } },
        },
      },
    },
    notNeeded: {
      "host.iamInstanceProfile": "a profile that is not known yet is a profile",
      "template.iamInstanceProfile": "a profile that is not known yet is a profile",
    },
  },
  "ec2-own-vpc": {
    secure: {
      subnet,
      ...host({ subnetId: ref("subnet") }),
      group: { type: GROUP, inputs: { minSize: 1, maxSize: 2, vpcZoneIdentifiers: [ref("subnet")] } },
    },
    broken: {
      "the default VPC": { host: { subnetId: undefined } },
      "a subnet of the default VPC": {
        host: { subnetId: ref("standard") },
        standard: { type: "aws:ec2/defaultSubnet:DefaultSubnet", inputs: { availabilityZone: "eu-west-1a" } },
      },
      "a group in the default VPC": { group: { vpcZoneIdentifiers: undefined, availabilityZones: ["eu-west-1a"] } },
    },
    alsoSecure: {
      "an interface that is there before": {
        host: { subnetId: undefined, networkInterfaces: [{ networkInterfaceId: "eni-1", deviceIndex: 0 }] },
      },
      "an instance of a template with a subnet": {
        host: { subnetId: undefined, launchTemplate: fromTemplate },
        template: { type: TEMPLATE, inputs: { networkInterfaces: [{ subnetId: ref("subnet") }] } },
      },
    },
    notNeeded: { "host.subnetId": "a subnet that is not known yet is a subnet" },
  },
  "ec2-detailed-monitoring": {
    secure: { ...host({ monitoring: true }), ...template({ monitoring: { enabled: true } }) },
    broken: {
      "AWS's default": { host: { monitoring: undefined } },
      "a template without it": { template: { monitoring: { enabled: false } } },
    },
    alsoSecure: { "an instance of the template": { host: { monitoring: undefined, launchTemplate: fromTemplate } } },
  },
  "ec2-no-key-pair": {
    secure: {
      ...host({ instanceType: "m8g.large" }),
      ...template({ instanceType: "m8g.large" }),
      nodes: { type: NODE_GROUP, inputs: { clusterName: "shop" } },
      shop: { type: "aws:elasticbeanstalk/environment:Environment", inputs: { application: "shop", settings: [] } },
    },
    broken: {
      "a key pair": { key: { type: "aws:ec2/keyPair:KeyPair", inputs: { publicKey: "ssh-ed25519 AAAA" } } },
      "an instance with one": { host: { keyName: "ops" } },
      "a template with one": { template: { keyName: "ops" } },
      "nodes with one": { nodes: { remoteAccess: { ec2SshKey: "ops" } } },
      "an environment with one": {
        shop: {
          settings: [{ namespace: "aws:autoscaling:launchconfiguration", name: "EC2KeyName", value: "ops" }],
        },
      },
    },
    alsoSecure: { "what AWS answers for none": { host: { keyName: "" } } },
  },
  "ec2-enclave-host": {
    secure: {
      subnet,
      firewall: { type: "aws:ec2/securityGroup:SecurityGroup", inputs: { vpcId: "vpc-1" } },
      door: {
        type: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        inputs: {
          securityGroupId: ref("firewall"),
          ipProtocol: "tcp",
          fromPort: 443,
          toPort: 443,
          cidrIpv4: "10.0.0.0/16",
        },
      },
      ...host({
        enclaveOptions: { enabled: true },
        metadataOptions: { httpTokens: "required" },
        associatePublicIpAddress: false,
        subnetId: ref("subnet"),
        vpcSecurityGroupIds: [ref("firewall")],
      }),
    },
    broken: {
      "both versions of the metadata service": { host: { metadataOptions: { httpTokens: "optional" } } },
      "a public address": { host: { associatePublicIpAddress: true } },
      "a door to the internet": { door: { cidrIpv4: "0.0.0.0/0" } },
      "an inline door to the internet": {
        firewall: { ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, ipv6CidrBlocks: ["::/0"] }] },
      },
    },
    notApplicable: { "a host without enclaves": { host: { enclaveOptions: undefined } } },
  },
  "autoscaling-health-check": {
    secure: {
      targets: { type: "aws:lb/targetGroup:TargetGroup" },
      group: {
        type: GROUP,
        inputs: { minSize: 1, maxSize: 2, targetGroupArns: [ref("targets", "arn")], healthCheckType: "ELB" },
      },
    },
    broken: {
      "AWS's default": { group: { healthCheckType: undefined } },
      "instances only": { group: { healthCheckType: "EC2" } },
      "an attachment": {
        group: { healthCheckType: "EC2", targetGroupArns: undefined },
        attachment: {
          type: "aws:autoscaling/attachment:Attachment",
          inputs: { autoscalingGroupName: ref("group", "name"), lbTargetGroupArn: ref("targets", "arn") },
        },
      },
    },
    alsoSecure: { "more than one check": { group: { healthCheckType: "EC2,ELB" } } },
    notApplicable: { "a group by itself": { group: { healthCheckType: "EC2", targetGroupArns: undefined } } },
  },
  "no-launch-configurations": {
    secure: {
      ...template({ imageId: "ami-1" }),
      group: { type: GROUP, inputs: { minSize: 1, maxSize: 2, launchTemplate: fromTemplate } },
    },
    broken: {
      "a launch configuration": {
        configuration: {
          type: "aws:ec2/launchConfiguration:LaunchConfiguration",
          inputs: { imageId: "ami-1", instanceType: "m8g.large" },
        },
      },
      "a group that names one": { group: { launchTemplate: undefined, launchConfiguration: "old" } },
    },
  },
});
