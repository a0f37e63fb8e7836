/** Where a deployment works, and what its names begin with. */
export interface Scope {
  readonly partition: string;
  readonly account: string;
  /** The stack: physical names that components choose, such as `prod-payments-use1-key`. */
  readonly stack: string;
  /** The system: names that Pulumi makes from a resource's logical name, such as `payments-use1-cache-subnets-3ad2979`. */
  readonly system: string;
}

/** An ARN of the scope from what follows `arn:<partition>:`, `@` being the account. */
export function arnIn({ partition, account }: Scope, rest: string): string {
  return `arn:${partition}:${rest.replace("@", account)}`;
}

/** A stack as names of Glue databases begin with it: Athena wants small letters and underscores. */
export const glueName = (stack: string): string => stack.toLowerCase().replace(/\W/g, "_");

/**
 * ARNs of an IAM service's resources that a deployment may touch. Names are held to the deployment's prefix; what AWS names by an id of its own (a VPC,
 * a certificate) is held to the account.
 */
export function resourcesOf(service: string, scope: Scope): string[] {
  return (resources(scope)[service] ?? []).map((rest) => arnIn(scope, rest));
}

function resources({ stack, system }: Scope): Readonly<Record<string, readonly string[]>> {
  return {
    "access-analyzer": [`access-analyzer:*:@:analyzer/${stack}-*`],
    acm: ["acm:*:@:certificate/*"],
    apigateway: [
      ...["account", "apikeys", "apikeys/*", "domainnames", "domainnames/*", "restapis", "restapis/*"],
      ...["tags/*", "usageplans", "usageplans/*", "vpclinks", "vpclinks/*"],
    ].map((path) => `apigateway:*::/${path}`),
    "application-autoscaling": ["application-autoscaling:*:@:scalable-target/*"],
    aps: ["aps:*:@:workspace/*"],
    athena: [`athena:*:@:workgroup/${stack}-*`],
    autoscaling: ["autoscaling:*:@:autoScalingGroup:*:autoScalingGroupName/awseb-*"],
    backup: [`backup:*:@:backup-plan:*`, `backup:*:@:backup-vault:${stack}-*`],
    cloudformation: ["cloudformation:*:@:stack/awseb-*"],
    cloudfront: [
      "cloudfront::@:distribution/*",
      `cloudfront::@:function/${stack}-*`,
      "cloudfront::@:origin-access-control/*",
      "cloudfront::@:response-headers-policy/*",
    ],
    cloudtrail: [`cloudtrail:*:@:trail/${stack}-*`],
    cloudwatch: [
      `cloudwatch:*:@:alarm:${stack}-*`,
      "cloudwatch:*:@:alarm:awseb-*",
      `cloudwatch::@:dashboard/${stack}-*`,
    ],
    codebuild: [`codebuild:*:@:project/${stack}-*`],
    codeconnections: ["codeconnections:*:@:connection/*"],
    codepipeline: [`codepipeline:*:@:${stack}-*`],
    // The web ACL that is associated with a pool, too.
    "cognito-idp": ["cognito-idp:*:@:userpool/*", `wafv2:*:@:regional/webacl/${stack}-*`],
    config: ["config:*:@:configuration-recorder/*", `config:*:@:conformance-pack/${stack}-*`],
    dynamodb: [`dynamodb:*:@:table/${stack}-*`],
    ec2: [
      ...[
        ...["elastic-ip", "instance", "internet-gateway", "natgateway", "network-acl", "network-interface"],
        ...["route-table", "security-group", "security-group-rule", "subnet", "volume", "vpc", "vpc-endpoint"],
        ...["key-pair", "launch-template", "vpc-block-public-access-exclusion", "vpc-flow-log"],
      ].map((kind) => `ec2:*:@:${kind}/*`),
      // Amazon's machine images belong to no account of ours.
      "ec2:*::image/*",
    ],
    ecr: [`ecr:*:@:repository/${stack}-*`],
    ecs: ["cluster", "service", "service-deployment", "task-definition"].map((kind) => `ecs:*:@:${kind}/${stack}-*`),
    elasticache: [
      ...["cluster", "replicationgroup", "user", "usergroup"].map((kind) => `elasticache:*:@:${kind}:${stack}-*`),
      ...["parametergroup", "subnetgroup"].map((kind) => `elasticache:*:@:${kind}:${system}-*`),
    ],
    elasticbeanstalk: [
      ...["application", "applicationversion", "environment"].map((kind) => `elasticbeanstalk:*:@:${kind}/${stack}-*`),
      "elasticbeanstalk:*::solutionstack/*",
    ],
    // What Elastic Beanstalk makes begins with awseb.
    elasticloadbalancing: [
      ...[
        "listener/app",
        "listener/net",
        "listener-rule/app",
        "loadbalancer/app",
        "loadbalancer/net",
        "targetgroup",
      ].map((kind) => `elasticloadbalancing:*:@:${kind}/${stack}-*`),
      ...["listener/app", "loadbalancer/app", "targetgroup"].map((kind) => `elasticloadbalancing:*:@:${kind}/awseb-*`),
    ],
    es: [`es:*:@:domain/${stack}-*`],
    events: [`events:*:@:event-bus/${stack}-*`, `events:*:@:rule/${stack}-*`],
    firehose: [`firehose:*:@:deliverystream/${stack}-*`],
    geo: [`geo:*:@:geofence-collection/${stack}-*`, `geo:*:@:tracker/${stack}-*`],
    glue: ["catalog", ...["database", "table"].map((kind) => `${kind}/${glueName(stack)}_*`)].map(
      (path) => `glue:*:@:${path}`,
    ),
    grafana: ["grafana:*:@:/workspaces/*"],
    guardduty: ["guardduty:*:@:detector/*"],
    kafka: ["cluster", "configuration", "topic"].map((kind) => `kafka:*:@:${kind}/${stack}-*`),
    kinesis: [`kinesis:*:@:stream/${stack}-*`],
    // A mapping has an id of its own; what it leads from and to is held by the role and the function.
    lambda: [`lambda:*:@:function:${stack}-*`, `lambda:*:@:event-source-mapping:*`],
    logs: [
      // AWS asks for prefixes of its own: aws-waf-logs-, /aws/lambda/ and the like.
      `logs:*:@:log-group:*${stack}-*`,
      "logs:*:@:log-group:API-Gateway-Execution-Logs_*",
      "logs:*:@:delivery:*",
      `logs:*:@:delivery-destination:${stack}-*`,
      `logs:*:@:delivery-source:${stack}-*`,
    ],
    rds: [
      ...["cluster", "db"].map((kind) => `rds:*:@:${kind}:${stack}-*`),
      ...["cluster-pg", "pg", "subgrp"].map((kind) => `rds:*:@:${kind}:${system}-*`),
      // AWS's own, which instances have that name none.
      "rds:*:@:og:default:*",
      `rds::@:global-cluster:${stack}-*`,
    ],
    route53: ["change", "healthcheck", "hostedzone", "queryloggingconfig"].map((kind) => `route53:::${kind}/*`),
    // Elastic Beanstalk keeps bundles in one of its own for each region.
    s3: [`s3:::${stack}-*`, "s3:::elasticbeanstalk-*-@", "s3:::elasticbeanstalk-*-@/*"],
    scheduler: [`scheduler:*:@:schedule/default/${stack}-*`],
    schemas: [`schemas:*:@:registry/${stack}-*`, `schemas:*:@:schema/${stack}-*`],
    secretsmanager: [`secretsmanager:*:@:secret:${stack}-*`],
    securityhub: ["securityhub:*:@:hub/default"],
    shield: ["shield::@:protection/*"],
    sns: [`sns:*:@:${stack}-*`],
    sqs: [`sqs:*:@:${stack}-*`],
    ssm: [`ssm:*:@:document/${stack}-*`, `ssm:*:@:parameter/${stack}-*`, `ssm:*:@:parameter/${stack}/*`],
    wafv2: [
      ...["global", "regional"].flatMap((scope) => [
        `wafv2:*:@:${scope}/webacl/${stack}-*`,
        `wafv2:*:@:${scope}/managedruleset/*`,
      ]),
      // What a web ACL stands in front of.
      "apigateway:*::/restapis/*/stages/*",
      "cognito-idp:*:@:userpool/*",
      `elasticloadbalancing:*:@:loadbalancer/app/${stack}-*`,
    ],
  };
}
