import type { Catalogue } from "./catalogue";

const HUB = "https://docs.aws.amazon.com/securityhub/latest/userguide/elasticbeanstalk-controls.html";
const DOCS = "https://docs.aws.amazon.com/elasticbeanstalk/latest/dg";

export const beanstalk = {
  "beanstalk-managed-updates": {
    title: "Elastic Beanstalk keeps the platform of environments up to date.",
    severity: "high",
    requirements: ["6.3.3"],
    controls: ["ElasticBeanstalk.2"],
    remediation: "Set ManagedActionsEnabled to true in namespace aws:elasticbeanstalk:managedactions.",
    url: `${HUB}#elasticbeanstalk-2`,
  },
  "beanstalk-logs": {
    title: "Elastic Beanstalk sends the logs of instances to CloudWatch.",
    severity: "high",
    requirements: ["10.4.2"],
    controls: ["ElasticBeanstalk.3"],
    remediation: "Set StreamLogs to true in namespace aws:elasticbeanstalk:cloudwatch:logs.",
    url: `${HUB}#elasticbeanstalk-3`,
  },
  "beanstalk-tls": {
    title: "Elastic Beanstalk's load balancers take nothing but TLS 1.2 and later.",
    severity: "high",
    requirements: ["4.2.1"],
    controls: ["ElasticBeanstalk/option-settings"],
    remediation:
      "With LoadBalancerType application, set ListenerEnabled to false in aws:elbv2:listener:default, and Protocol HTTPS, SSLCertificateArns and SSLPolicy ELBSecurityPolicy-TLS13-1-2-2021-06 in aws:elbv2:listener:443.",
    url: `${DOCS}/environments-cfg-alb.html`,
  },
  "beanstalk-imdsv2": {
    title: "Elastic Beanstalk's instances give their credentials to callers with a session token only.",
    severity: "high",
    requirements: ["2.2.6"],
    controls: ["ElasticBeanstalk/option-settings"],
    remediation: "Set DisableIMDSv1 to true in namespace aws:autoscaling:launchconfiguration.",
    url: `${DOCS}/environments-cfg-ec2-imds.html`,
  },
  "beanstalk-private-instances": {
    title: "Elastic Beanstalk's instances have no public address.",
    severity: "high",
    requirements: ["1.4.4"],
    controls: ["ElasticBeanstalk/option-settings"],
    remediation:
      "Set VPCId and AssociatePublicIpAddress false in namespace aws:ec2:vpc, and EnvironmentType LoadBalanced.",
    url: `${DOCS}/vpc.html`,
  },
  "beanstalk-access-logs": {
    title: "Load balancers of Elastic Beanstalk's making keep access logs.",
    severity: "medium",
    requirements: ["10.2.1"],
    controls: [],
    remediation: "Set AccessLogsS3Enabled to true and AccessLogsS3Bucket in namespace aws:elbv2:loadbalancer.",
    url: `${DOCS}/environments-cfg-alb.html`,
  },
} as const satisfies Catalogue;
