/** Palisade's component that makes a kind of resource, and makes it so that the rules on it hold. The longest match of a type counts. */
const COMPONENTS: Readonly<Record<string, string>> = {
  "aws:acm/": "Certificate",
  "aws:alb/": "ApplicationLoadBalancer",
  "aws:apigateway/": "ApiGateway",
  "aws:appautoscaling/": "FargateService",
  "aws:athena/": "QueryWorkgroup",
  "aws:backup/": "BackupVault",
  "aws:cfg/": "RegionalBaseline",
  "aws:cloudfront/": "Frontend",
  "aws:cloudtrail/": "AccountBaseline",
  "aws:cloudwatch/eventBus:": "EventBus",
  "aws:cloudwatch/logGroup:": "logGroup",
  "aws:cloudwatch/metricAlarm:": "Notifications",
  "aws:cognito/": "UserPool",
  "aws:dynamodb/": "Table",
  "aws:ebs/": "RegionalBaseline",
  "aws:ec2/eip:": "Vpc",
  "aws:ec2/instance:": "BlueGreenVms",
  "aws:ec2/networkAcl:": "Vpc",
  "aws:ec2/securityGroup:": "Connections",
  "aws:ec2/subnet:": "Vpc",
  "aws:ec2/vpc:": "Vpc",
  "aws:ec2/vpcEndpoint:": "Vpc",
  "aws:ecr/": "ContainerImage",
  "aws:ecs/": "FargateService",
  "aws:ec2/launchTemplate:": "KubernetesCluster",
  "aws:eks/": "KubernetesCluster",
  "aws:elasticache/": "Cache",
  "aws:elasticbeanstalk/": "Beanstalk",
  "aws:elasticsearch/": "LogSearch",
  "aws:glue/": "Archive",
  "aws:guardduty/": "RegionalBaseline",
  "aws:iam/": "Grantee",
  "aws:kinesis/": "DataStream",
  "aws:kinesis/firehoseDeliveryStream:": "Archive",
  "aws:kms/": "Key",
  "aws:lambda/": "Function",
  "aws:lb/": "LoadBalancer",
  "aws:location/": "Tracker",
  "aws:msk/": "KafkaCluster",
  "aws:opensearch/": "LogSearch",
  "aws:rds/": "PostgresDatabase",
  "aws:route53/": "Dns",
  "aws:s3/": "Bucket",
  "aws:secretsmanager/": "Secret",
  "aws:sns/": "Notifications",
  "aws:sqs/": "Queue",
  "aws:waf/": "Firewall",
  "aws:wafv2/": "Firewall",
  "aws:vpc/": "Connections",
  "kubernetes:": "Microservice",
  "kubernetes:core/v1:Namespace": "Namespace",
  "kubernetes:networking.k8s.io/": "Namespace",
  "pulumi:pulumi:Stack": "RegionalBaseline",
};

/** The component for the first of a rule's types that has one; undefined where Palisade makes none of them. */
export function componentFor(types: readonly string[]): string | undefined {
  for (const type of types) {
    const found = Object.keys(COMPONENTS)
      .filter((prefix) => type.startsWith(prefix))
      .sort((a, b) => b.length - a.length)[0];
    if (found !== undefined) return COMPONENTS[found];
  }
  return undefined;
}

/** How to fix it in words: with plain resources, and with Palisade's component where there is one and the text does not name it yet. */
export function withComponent(remediation: string, types: readonly string[]): string {
  if (remediation.includes("Palisade")) return remediation;
  const component = componentFor(types);
  if (component === undefined) return `${remediation} Palisade has no component for it.`;
  return component === "Grantee"
    ? `${remediation} The grants of Palisade's components write such statements.`
    : `${remediation} With Palisade: ${component}.`;
}
