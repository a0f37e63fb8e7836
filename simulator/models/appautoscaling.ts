import type { Facts, Models } from "../model";

const targetArn = (f: Facts): string => f.arn("application-autoscaling", `scalable-target/${f.hex(20)}`);

export const appautoscaling: Models = {
  "aws:appautoscaling/target:Target": {
    id: (f) => f.text("resourceId"),
    outputs: (f) => ({
      arn: targetArn(f),
      roleArn: f.globalArn(
        "iam",
        `role/aws-service-role/${f.text("serviceNamespace")}.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling`,
      ),
    }),
  },
  "aws:appautoscaling/policy:Policy": {
    nameProperty: "name",
    id: (f) => f.name,
    outputs: (f) => ({
      arn: f.arn(
        "autoscaling",
        `scalingPolicy:${f.uuid()}:resource/${f.text("serviceNamespace")}/${f.text("resourceId")}:policyName/${f.name}`,
      ),
      alarmArns: [],
    }),
  },
};
