import type { Models } from "../model";

export const ec2: Models = {
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
};
