/** Where a deployment works, and what its names begin with. */
export interface Scope {
  readonly partition: string;
  readonly account: string;
  readonly stack: string;
  /** What physical names that components choose begin with, such as `prod-` of `prod-payments-use1-key`: see {@link namesOf}. */
  readonly names: string;
  /** Names of the roles that the stack's own pipeline takes. */
  readonly taken: readonly string[];
  /** What other stacks' image repositories are named by that this one's services pull from. */
  readonly pulledFrom: readonly string[];
  /** The system: names that Pulumi makes from a resource's logical name, such as `payments-use1-cache-subnets-3ad2979`. */
  readonly system: string;
}

/** A stack of the account, and its system. */
export interface NamedStack {
  readonly stack: string;
  readonly system: string;
}

/**
 * What the physical names of one stack begin with, and those of no other: `<stack>-`; where another stack's name begins with that, as much of the system's name besides as tells them
 * apart, as every name of a stack begins with `<stack>-<system>-`. Undefined where even that does not.
 */
export function namesOf({ stack, system }: NamedStack, others: readonly NamedStack[]): string | undefined {
  const full = `${stack}-${system}-`;
  const taken = others.map((other) => `${other.stack}-${other.system}-`);
  const lengths = Array.from({ length: system.length + 2 }, (_, more) => stack.length + 1 + more);
  return lengths
    .map((length) => full.slice(0, length))
    .find((prefix) => !taken.some((name) => name.startsWith(prefix)));
}

/** An ARN of the scope from what follows `arn:<partition>:`, `@` being the account. */
export function arnIn({ partition, account }: Scope, rest: string): string {
  return `arn:${partition}:${rest.replace("@", account)}`;
}

/** What names begin with, as those of Glue databases do: Athena wants small letters and underscores. */
export const glueName = (names: string): string => names.toLowerCase().replace(/\W/g, "_");

/**
 * ARNs of an IAM service's resources that a deployment may touch. Names are held to the deployment's prefix; what AWS names by an id of its own (a VPC,
 * a certificate) is held to the account.
 */
export function resourcesOf(service: string, scope: Scope): string[] {
  return (resources(scope)[service] ?? []).map((rest) => arnIn(scope, rest));
}

/** Log groups by name. AWS asks for prefixes of its own, such as /aws/lambda/; a `*` before the name alone would fit in the middle of another stack's. */
export function logGroups(names: string): string[] {
  return ["/", "/*/", "aws-waf-logs-"].map((prefix) => `logs:*:@:log-group:${prefix}${names}*`);
}

function resources({ stack, names, system }: Scope): Readonly<Record<string, readonly string[]>> {
  return {
    "access-analyzer": [`access-analyzer:*:@:analyzer/${names}*`],
    acm: ["acm:*:@:certificate/*"],
    apigateway: [
      ...["account", "apikeys", "apikeys/*", "domainnames", "domainnames/*", "restapis", "restapis/*"],
      ...["tags/*", "usageplans", "usageplans/*", "vpclinks", "vpclinks/*"],
    ].map((path) => `apigateway:*::/${path}`),
    "application-autoscaling": ["application-autoscaling:*:@:scalable-target/*"],
    aps: ["aps:*:@:workspace/*"],
    athena: [`athena:*:@:workgroup/${names}*`],
    // What Elastic Beanstalk and EKS make.
    autoscaling: ["awseb-*", `eks-${system}-*`].map(
      (name) => `autoscaling:*:@:autoScalingGroup:*:autoScalingGroupName/${name}`,
    ),
    backup: [`backup:*:@:backup-plan:*`, `backup:*:@:backup-vault:${names}*`],
    cloudformation: ["cloudformation:*:@:stack/awseb-*"],
    cloudfront: [
      "cloudfront::@:distribution/*",
      `cloudfront::@:function/${names}*`,
      "cloudfront::@:origin-access-control/*",
      "cloudfront::@:response-headers-policy/*",
    ],
    cloudtrail: [`cloudtrail:*:@:trail/${names}*`],
    cloudwatch: [`cloudwatch:*:@:alarm:${names}*`, "cloudwatch:*:@:alarm:awseb-*", `cloudwatch::@:dashboard/${names}*`],
    codebuild: [`codebuild:*:@:project/${names}*`],
    codeconnections: ["codeconnections:*:@:connection/*"],
    codepipeline: [`codepipeline:*:@:${names}*`],
    // The web ACL that is associated with a pool, too.
    "cognito-idp": ["cognito-idp:*:@:userpool/*", `wafv2:*:@:regional/webacl/${names}*`],
    config: ["config:*:@:configuration-recorder/*", `config:*:@:conformance-pack/${names}*`],
    dynamodb: [`dynamodb:*:@:table/${names}*`],
    ec2: [
      ...[
        ...["elastic-ip", "instance", "internet-gateway", "natgateway", "network-acl", "network-interface"],
        ...["route-table", "security-group", "security-group-rule", "subnet", "volume", "vpc", "vpc-endpoint"],
        ...["key-pair", "launch-template", "vpc-block-public-access-exclusion", "vpc-flow-log"],
      ].map((kind) => `ec2:*:@:${kind}/*`),
      // Amazon's machine images belong to no account of ours.
      "ec2:*::image/*",
    ],
    ecr: [`ecr:*:@:repository/${names}*`],
    ecs: ["cluster", "service", "service-deployment", "task-definition"].map((kind) => `ecs:*:@:${kind}/${names}*`),
    eks: ["access-entry", "addon", "cluster", "nodegroup", "podidentityassociation"].map(
      (kind) => `eks:*:@:${kind}/${names}*`,
    ),
    elasticache: [
      ...["cluster", "replicationgroup", "user", "usergroup"].map((kind) => `elasticache:*:@:${kind}:${names}*`),
      ...["parametergroup", "subnetgroup"].map((kind) => `elasticache:*:@:${kind}:${system}-*`),
    ],
    elasticbeanstalk: [
      ...["application", "applicationversion", "environment"].map((kind) => `elasticbeanstalk:*:@:${kind}/${names}*`),
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
      ].map((kind) => `elasticloadbalancing:*:@:${kind}/${names}*`),
      ...["listener/app", "loadbalancer/app", "targetgroup"].map((kind) => `elasticloadbalancing:*:@:${kind}/awseb-*`),
    ],
    es: [`es:*:@:domain/${names}*`],
    events: [`events:*:@:event-bus/${names}*`, `events:*:@:rule/${names}*`],
    firehose: [`firehose:*:@:deliverystream/${names}*`],
    geo: [`geo:*:@:geofence-collection/${names}*`, `geo:*:@:tracker/${names}*`],
    glue: ["catalog", ...["database", "table"].map((kind) => `${kind}/${glueName(names)}*`)].map(
      (path) => `glue:*:@:${path}`,
    ),
    grafana: ["grafana:*:@:/workspaces/*"],
    guardduty: ["guardduty:*:@:detector/*"],
    kafka: ["cluster", "configuration", "topic"].map((kind) => `kafka:*:@:${kind}/${names}*`),
    kinesis: [`kinesis:*:@:stream/${names}*`],
    lambda: [`lambda:*:@:function:${names}*`],
    logs: [
      ...logGroups(names),
      "logs:*:@:log-group:API-Gateway-Execution-Logs_*",
      "logs:*:@:delivery:*",
      `logs:*:@:delivery-destination:${names}*`,
      `logs:*:@:delivery-source:${names}*`,
    ],
    rds: [
      ...["cluster", "db"].map((kind) => `rds:*:@:${kind}:${names}*`),
      ...["cluster-pg", "pg", "subgrp"].map((kind) => `rds:*:@:${kind}:${system}-*`),
      // AWS's own, which instances have that name none.
      "rds:*:@:og:default:*",
      `rds::@:global-cluster:${names}*`,
    ],
    route53: ["change", "healthcheck", "hostedzone", "queryloggingconfig"].map((kind) => `route53:::${kind}/*`),
    // Elastic Beanstalk keeps bundles in one of its own for each region.
    s3: [`s3:::${names}*`, "s3:::elasticbeanstalk-*-@", "s3:::elasticbeanstalk-*-@/*"],
    scheduler: [`scheduler:*:@:schedule/default/${names}*`],
    schemas: [`schemas:*:@:registry/${names}*`, `schemas:*:@:schema/${names}*`],
    secretsmanager: [`secretsmanager:*:@:secret:${names}*`],
    securityhub: ["securityhub:*:@:hub/default"],
    shield: ["shield::@:protection/*"],
    sns: [`sns:*:@:${names}*`],
    sqs: [`sqs:*:@:${names}*`],
    ssm: [`ssm:*:@:document/${names}*`, `ssm:*:@:parameter/${names}*`, `ssm:*:@:parameter/${stack}/*`],
    wafv2: [
      ...["global", "regional"].flatMap((scope) => [
        `wafv2:*:@:${scope}/webacl/${names}*`,
        `wafv2:*:@:${scope}/managedruleset/*`,
      ]),
      // What a web ACL stands in front of.
      "apigateway:*::/restapis/*/stages/*",
      "cognito-idp:*:@:userpool/*",
      `elasticloadbalancing:*:@:loadbalancer/app/${names}*`,
    ],
  };
}
