import { signInRules } from "./sign-in";
import { perimeterRules } from "./perimeter";
import type { Pack } from "../rule";
import { accountBaselineRules } from "./account-baseline";
import { apiGatewayRules } from "./api-gateway";
import { beanstalkRules } from "./beanstalk";
import { cloudFrontRules } from "./cloudfront";
import { cloudTrailRules } from "./cloudtrail";
import { dataStoreRules } from "./data-stores";
import { ecsRules } from "./ecs";
import { eksRules } from "./eks";
import { instanceRules } from "./instances";
import { keyAndSecretRules } from "./keys-and-secrets";
import { kubernetesRules } from "./kubernetes";
import { lambdaRules } from "./lambda";
import { loadBalancerRules } from "./load-balancers";
import { loggingRules } from "./logging";
import { messagingRules } from "./messaging";
import { networkRules } from "./network";
import { rdsRules } from "./rds";
import { reachabilityRules } from "./reachability";
import { s3Rules } from "./s3";
import { vpcRules } from "./vpc";
import { wafRules } from "./waf";

/** Encryption at rest and in transit, no public data, closed networks, logs: what PCI DSS v4.0.1 asks of each resource. */
export const pciDss: Pack = {
  name: "palisade-pci-dss",
  title: "PCI DSS v4.0.1",
  rules: [
    ...s3Rules,
    ...rdsRules,
    ...dataStoreRules,
    ...messagingRules,
    ...keyAndSecretRules,
    ...loadBalancerRules,
    ...apiGatewayRules,
    ...cloudFrontRules,
    ...wafRules,
    ...networkRules,
    ...vpcRules,
    ...reachabilityRules,
    ...ecsRules,
    ...lambdaRules,
    ...eksRules,
    ...kubernetesRules,
    ...beanstalkRules,
    ...instanceRules,
    ...loggingRules,
    ...cloudTrailRules,
    ...signInRules,
    ...perimeterRules,
    ...accountBaselineRules,
  ],
};
