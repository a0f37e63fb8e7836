import { leastPrivilege } from "../../policies/least-privilege/rules";
import { pciDss } from "../../policies/pci-dss/rules";
import { resilience } from "../../policies/resilience/rules";
import { allow, document } from "./documents";
import { ref } from "./fixture-graph";
import { ruleCases } from "./rule-cases";

// Rules that mutations of the production stack asked for: each holds a setting that could be turned round without a word.
const pool = {
  type: "aws:cognito/userPool:UserPool",
  inputs: {
    mfaConfiguration: "ON",
    softwareTokenMfaConfiguration: { enabled: true },
    passwordPolicy: {
      minimumLength: 14,
      requireLowercase: true,
      requireUppercase: true,
      requireNumbers: true,
      passwordHistorySize: 4,
    },
    userPoolAddOns: { advancedSecurityMode: "ENFORCED" },
    deletionProtection: "ACTIVE",
  },
};
const passwords = (change: Record<string, unknown>) => ({
  pool: { passwordPolicy: { ...pool.inputs.passwordPolicy, ...change } },
});
const domain = (clusterConfig: Record<string, unknown>) => ({ domain: { clusterConfig } });
const held = { StringEquals: { "aws:PrincipalAccount": "123456789012" } };
const everyone = { Principal: "*", Action: "s3:GetObject", Resource: "*" };

const scaler = (name: string, minReplicas: number) => ({
  type: "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
  inputs: { spec: { scaleTargetRef: { kind: "Deployment", name }, minReplicas, maxReplicas: 6 } },
});
const LAMBDA = "arn:aws:lambda:eu-west-1:123456789012:function";
const queries = (encryption: Record<string, unknown>) => ({
  enforceWorkgroupConfiguration: true,
  resultConfiguration: {
    encryptionConfiguration: { encryptionOption: "SSE_KMS", kmsKeyArn: ref("key", "arn"), ...encryption },
  },
});

ruleCases(pciDss, {
  "cognito-triggers-asked": {
    secure: {
      check: { type: "aws:lambda/function:Function", inputs: { name: "check" } },
      pool: { type: pool.type, inputs: { lambdaConfig: { preSignUp: `${LAMBDA}:check:live` } } },
      permission: {
        type: "aws:lambda/permission:Permission",
        inputs: {
          principal: "cognito-idp.amazonaws.com",
          function: ref("check", "name"),
          sourceArn: ref("pool", "arn"),
        },
      },
    },
    broken: {
      "no trigger": { pool: { lambdaConfig: undefined } },
      "another function": { pool: { lambdaConfig: { preSignUp: `${LAMBDA}:other` } } },
    },
    alsoSecure: {
      "a trigger with a version": {
        pool: { lambdaConfig: { preTokenGenerationConfig: { lambdaArn: ref("check", "arn"), lambdaVersion: "V2_0" } } },
      },
      "an alias": {
        live: { type: "aws:lambda/alias:Alias", inputs: { name: "live", functionName: ref("check", "name") } },
        pool: { lambdaConfig: { preSignUp: `${LAMBDA}:check:live` } },
      },
      "a function of another program": {
        check: undefined,
        permission: { function: `${LAMBDA}:check` },
      },
    },
    notApplicable: { "a pool that may ask nobody": { permission: undefined } },
  },
  "athena-customer-key": {
    secure: {
      key: { type: "aws:kms/key:Key" },
      workgroup: { type: "aws:athena/workgroup:Workgroup", inputs: { configuration: queries({}) } },
    },
    broken: {
      "what a client says": { workgroup: { configuration: { ...queries({}), enforceWorkgroupConfiguration: false } } },
      "no encryption": { workgroup: { configuration: { resultConfiguration: {} } } },
      "nothing at all": { workgroup: { configuration: undefined } },
      "AWS's key": { workgroup: { configuration: queries({ encryptionOption: "SSE_S3", kmsKeyArn: undefined }) } },
      "AWS's key by name": { workgroup: { configuration: queries({ kmsKeyArn: "alias/aws/s3" }) } },
      "answers that AWS keeps": {
        workgroup: { configuration: { managedQueryResultsConfiguration: { enabled: true } } },
      },
    },
    alsoSecure: {
      "AWS's default, which binds clients": {
        workgroup: { configuration: { ...queries({}), enforceWorkgroupConfiguration: undefined } },
      },
      "answers that AWS keeps, under your key": {
        workgroup: {
          configuration: {
            managedQueryResultsConfiguration: { enabled: true, encryptionConfiguration: { kmsKey: ref("key", "arn") } },
          },
        },
      },
    },
  },
  "location-customer-key": {
    secure: {
      key: { type: "aws:kms/key:Key" },
      tracker: { type: "aws:location/tracker:Tracker", inputs: { trackerName: "a", kmsKeyId: ref("key", "arn") } },
      fences: { type: "aws:location/geofenceCollection:GeofenceCollection", inputs: { kmsKeyId: ref("key", "arn") } },
    },
    broken: {
      "positions under AWS's key": { tracker: { kmsKeyId: undefined } },
      "fences under AWS's key": { fences: { kmsKeyId: "alias/aws/geo" } },
    },
  },
  "cognito-mfa": {
    secure: { pool },
    broken: {
      "a password alone": { pool: { mfaConfiguration: "OFF" } },
      "a choice": { pool: { mfaConfiguration: "OPTIONAL" } },
      "nothing to set up": { pool: { softwareTokenMfaConfiguration: { enabled: false } } },
    },
    alsoSecure: {
      "mail as the factor": {
        pool: { softwareTokenMfaConfiguration: undefined, emailMfaConfiguration: { message: "{####}" } },
      },
    },
  },
  "cognito-password-policy": {
    secure: { pool },
    broken: {
      "AWS's default": { pool: { passwordPolicy: undefined } },
      "short passwords": passwords({ minimumLength: 8 }),
      "no digit": passwords({ requireNumbers: false }),
      "no capital": passwords({ requireUppercase: false }),
      "no small letter": passwords({ requireLowercase: false }),
      "the same one again": passwords({ passwordHistorySize: 0 }),
    },
  },
  "cognito-threat-protection": {
    secure: { pool },
    broken: {
      "only told": { pool: { userPoolAddOns: { advancedSecurityMode: "AUDIT" } } },
      nothing: { pool: { userPoolAddOns: undefined } },
    },
  },
  "cognito-client-flows": {
    secure: {
      client: {
        type: "aws:cognito/userPoolClient:UserPoolClient",
        inputs: {
          allowedOauthFlows: ["code"],
          explicitAuthFlows: ["ALLOW_USER_SRP_AUTH"],
          enableTokenRevocation: true,
        },
      },
    },
    broken: {
      "tokens for good": { client: { enableTokenRevocation: false } },
      "tokens in the address": { client: { allowedOauthFlows: ["code", "implicit"] } },
      "passwords sent": { client: { explicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH"] } },
    },
    alsoSecure: { "AWS's default": { client: { enableTokenRevocation: undefined } } },
  },
  "cognito-waf": {
    secure: {
      pool,
      acl: {
        type: "aws:wafv2/webAclAssociation:WebAclAssociation",
        inputs: { resourceArn: ref("pool", "arn"), webAclArn: "acl" },
      },
    },
    broken: {
      "no web ACL": { acl: undefined },
      "another's": { acl: { resourceArn: "arn:aws:cognito-idp:eu-west-1:1:userpool/b" } },
    },
  },
  "apigateway-default-endpoint": {
    secure: {
      api: { type: "aws:apigateway/restApi:RestApi", inputs: { disableExecuteApiEndpoint: true } },
      mapping: {
        type: "aws:apigateway/basePathMapping:BasePathMapping",
        inputs: { restApi: ref("api"), domainName: "api.example.com" },
      },
      web: { type: "aws:apigatewayv2/api:Api", inputs: { protocolType: "HTTP", disableExecuteApiEndpoint: true } },
      webMapping: {
        type: "aws:apigatewayv2/apiMapping:ApiMapping",
        inputs: { apiId: ref("web"), domainName: "web.example.com", stage: "live" },
      },
    },
    broken: {
      "a REST API with two doors": { api: { disableExecuteApiEndpoint: false } },
      "an HTTP API with two doors": { web: { disableExecuteApiEndpoint: undefined } },
    },
    notApplicable: {
      "no name of its own": { mapping: undefined, webMapping: undefined },
      "a private API": { api: { endpointConfiguration: { types: "PRIVATE" } }, webMapping: undefined },
    },
  },
  "apigateway-default-endpoint-tls": {
    secure: {
      api: { type: "aws:apigateway/restApi:RestApi", inputs: { securityPolicy: "SecurityPolicy_TLS13_1_2_2021_06" } },
    },
    broken: { "TLS 1.0": { api: { securityPolicy: "TLS_1_0" } } },
    alsoSecure: { "AWS's choice": { api: { securityPolicy: undefined } } },
  },
  "cloudfront-signs-origin-requests": {
    secure: {
      access: { type: "aws:cloudfront/originAccessControl:OriginAccessControl", inputs: { signingBehavior: "always" } },
    },
    broken: {
      never: { access: { signingBehavior: "never" } },
      "unless the viewer does": { access: { signingBehavior: "no-override" } },
    },
  },
  "vpc-endpoint-policy": {
    secure: {
      endpoint: {
        type: "aws:ec2/vpcEndpoint:VpcEndpoint",
        inputs: {
          serviceName: "com.amazonaws.eu-west-1.s3",
          policy: document(allow({ ...everyone, Condition: held })),
        },
      },
    },
    broken: {
      "AWS's default": { endpoint: { policy: undefined } },
      "everyone's data": { endpoint: { policy: document(allow(everyone)) } },
      everything: { endpoint: { policy: document(allow({ ...everyone, Action: "*" })) } },
    },
    alsoSecure: {
      "one bucket": { endpoint: { policy: document(allow({ ...everyone, Resource: "arn:aws:s3:::shop/*" })) } },
    },
    notApplicable: {
      "a service without others' data": {
        endpoint: { policy: undefined, serviceName: "com.amazonaws.eu-west-1.logs" },
      },
    },
  },
  "lb-public-subnets": {
    secure: {
      balancer: { type: "aws:lb/loadBalancer:LoadBalancer", inputs: { internal: false, subnets: [ref("front")] } },
      front: { type: "aws:ec2/subnet:Subnet", inputs: { vpcId: "vpc-1" } },
      link: {
        type: "aws:ec2/routeTableAssociation:RouteTableAssociation",
        inputs: { subnetId: ref("front"), routeTableId: ref("table") },
      },
      table: {
        type: "aws:ec2/routeTable:RouteTable",
        inputs: { vpcId: "vpc-1", routes: [{ cidrBlock: "0.0.0.0/0", gatewayId: "igw-1" }] },
      },
    },
    broken: { "a subnet without a way out": { table: { routes: [] } } },
    notApplicable: { "private addresses": { balancer: { internal: true } } },
  },
  "apigateway-method-settings": {
    secure: {
      settings: {
        type: "aws:apigateway/methodSettings:MethodSettings",
        inputs: {
          restApi: "api",
          stageName: "live",
          methodPath: "rates/GET",
          settings: { loggingLevel: "ERROR", cachingEnabled: true, requireAuthorizationForCacheControl: true },
        },
      },
    },
    broken: {
      "no log": { settings: { settings: { loggingLevel: "OFF" } } },
      "what callers send": { settings: { settings: { loggingLevel: "ERROR", dataTraceEnabled: true } } },
      "a cache that anyone empties": {
        settings: { settings: { cachingEnabled: true, requireAuthorizationForCacheControl: false } },
      },
    },
    alsoSecure: { "no cache": { settings: { settings: { loggingLevel: "INFO", cachingEnabled: false } } } },
  },
  "route53-query-logs": {
    secure: {
      zone: { type: "aws:route53/zone:Zone", inputs: { name: "example.com" } },
      queries: {
        type: "aws:route53/queryLog:QueryLog",
        inputs: { zoneId: ref("zone"), cloudwatchLogGroupArn: "group" },
      },
    },
    broken: { "no log": { queries: undefined } },
    notApplicable: { "a private zone": { zone: { vpcs: [{ vpcId: "vpc-1" }] } } },
  },
  "elasticache-user-authentication": {
    secure: {
      user: {
        type: "aws:elasticache/user:User",
        inputs: { accessString: "on ~* +@read", authenticationMode: { type: "iam" } },
      },
    },
    broken: {
      "no password": { user: { authenticationMode: { type: "no-password-required" } } },
      "no password, said otherwise": { user: { authenticationMode: undefined, noPasswordRequired: true } },
    },
    notApplicable: { "a user that is off": { user: { accessString: "off ~* -@all" } } },
  },
  "opensearch-software-updates": {
    secure: {
      domain: {
        type: "aws:opensearch/domain:Domain",
        inputs: { softwareUpdateOptions: { autoSoftwareUpdateEnabled: true } },
      },
    },
    broken: {
      "updates that wait": { domain: { softwareUpdateOptions: { autoSoftwareUpdateEnabled: false } } },
      nothing: { domain: { softwareUpdateOptions: undefined } },
    },
  },
  "ecs-ephemeral-storage-key": {
    secure: {
      cluster: {
        type: "aws:ecs/cluster:Cluster",
        inputs: {
          configuration: { managedStorageConfiguration: { fargateEphemeralStorageKmsKeyId: ref("key", "arn") } },
        },
      },
      key: { type: "aws:kms/key:Key" },
    },
    broken: { "AWS's own key": { cluster: { configuration: undefined } } },
  },
  "rds-postgres-audit": {
    secure: {
      db: {
        type: "aws:rds/instance:Instance",
        inputs: { engine: "postgres", parameterGroupName: ref("group", "name") },
      },
      group: {
        type: "aws:rds/parameterGroup:ParameterGroup",
        inputs: {
          name: "audited",
          parameters: [
            { name: "log_connections", value: "1" },
            { name: "log_disconnections", value: "1" },
            { name: "pgaudit.log", value: "ddl,role" },
          ],
        },
      },
    },
    broken: {
      "AWS's group": { db: { parameterGroupName: "default.postgres17" } },
      "no group": { db: { parameterGroupName: undefined } },
      "no connections": { group: { parameters: [{ name: "log_connections", value: "0" }] } },
      "no audit": {
        group: {
          parameters: [
            { name: "log_connections", value: "1" },
            { name: "log_disconnections", value: "1" },
            { name: "pgaudit.log", value: "none" },
          ],
        },
      },
    },
    notApplicable: { MySQL: { db: { engine: "mysql" } } },
  },
  "lambda-logs": {
    secure: {
      settle: {
        type: "aws:lambda/function:Function",
        inputs: { name: "settle", loggingConfig: { logFormat: "JSON", logGroup: "/settle" } },
      },
    },
    broken: { "Lambda's own group": { settle: { loggingConfig: undefined } } },
    alsoSecure: {
      "a group of Lambda's name": {
        settle: { loggingConfig: undefined },
        log: { type: "aws:cloudwatch/logGroup:LogGroup", inputs: { name: "/aws/lambda/settle" } },
      },
    },
    notNeeded: {
      "settle.loggingConfig": "settings that are not known yet are settings",
      "settle.loggingConfig.logGroup": "a group that is not known yet is a group",
    },
  },
  "sg-cardholder-egress": {
    secure: {
      rule: {
        type: "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        inputs: {
          securityGroupId: "sg-1",
          ipProtocol: "tcp",
          fromPort: 443,
          toPort: 443,
          cidrIpv4: "203.0.113.0/24",
          tags: { "palisade:data-class": "cardholder" },
        },
      },
    },
    broken: {
      everyone: { rule: { cidrIpv4: "0.0.0.0/0" } },
      "everyone by IPv6": { rule: { cidrIpv4: undefined, cidrIpv6: "::/0" } },
    },
    notApplicable: { "other data": { rule: { tags: { "palisade:data-class": "internal" } } } },
  },
});

ruleCases(leastPrivilege, {
  "iam-trust-actions": {
    secure: {
      role: {
        type: "aws:iam/role:Role",
        inputs: {
          assumeRolePolicy: document(
            allow({
              Principal: { Service: "ecs-tasks.amazonaws.com" },
              Action: ["sts:AssumeRole", "sts:TagSession"],
              Resource: undefined,
            }),
          ),
        },
      },
    },
    broken: Object.fromEntries(
      ["*", "sts:*", "sts:Assume*"].map((action) => [
        action,
        {
          role: {
            assumeRolePolicy: document(
              allow({ Principal: { Service: "ecs-tasks.amazonaws.com" }, Action: action, Resource: undefined }),
            ),
          },
        },
      ]),
    ),
  },
});

ruleCases(resilience, {
  "ecs-scaling-multi-az": {
    secure: {
      target: {
        type: "aws:appautoscaling/target:Target",
        inputs: { scalableDimension: "ecs:service:DesiredCount", minCapacity: 2, maxCapacity: 9 },
      },
    },
    broken: { "one task": { target: { minCapacity: 1 } } },
    notApplicable: { "a table": { target: { scalableDimension: "dynamodb:table:ReadCapacityUnits" } } },
  },
  "opensearch-dedicated-masters": {
    secure: {
      domain: {
        type: "aws:opensearch/domain:Domain",
        inputs: { clusterConfig: { dedicatedMasterEnabled: true, dedicatedMasterCount: 3 } },
      },
    },
    broken: {
      none: domain({ dedicatedMasterEnabled: false }),
      "two of them": domain({ dedicatedMasterEnabled: true, dedicatedMasterCount: 2 }),
    },
  },
  "no-forced-deletion": {
    secure: {
      zone: { type: "aws:route53/zone:Zone", inputs: { name: "example.com", forceDestroy: false } },
      vault: { type: "aws:backup/vault:Vault", inputs: { forceDestroy: false } },
      images: { type: "aws:ecr/repository:Repository", inputs: { forceDelete: false } },
      secret: { type: "aws:secretsmanager/secret:Secret", inputs: { recoveryWindowInDays: 30 } },
    },
    broken: {
      "a zone with all its names": { zone: { forceDestroy: true } },
      "a vault with all its backups": { vault: { forceDestroy: true } },
      "all images": { images: { forceDelete: true } },
      "a secret at once": { secret: { recoveryWindowInDays: 0 } },
    },
    alsoSecure: {
      "AWS's defaults": { zone: { forceDestroy: undefined }, secret: { recoveryWindowInDays: undefined } },
    },
  },
  "cognito-deletion-protection": {
    secure: { pool },
    broken: {
      inactive: { pool: { deletionProtection: "INACTIVE" } },
      "AWS's default": { pool: { deletionProtection: undefined } },
    },
  },
  "eks-deletion-protection": {
    secure: { cluster: { type: "aws:eks/cluster:Cluster", inputs: { deletionProtection: true } } },
    broken: {
      off: { cluster: { deletionProtection: false } },
      "AWS's default": { cluster: { deletionProtection: undefined } },
    },
  },
  "eks-nodes-multi-az": {
    secure: {
      a: { type: "aws:ec2/subnet:Subnet", inputs: { availabilityZone: "eu-west-1a" } },
      b: { type: "aws:ec2/subnet:Subnet", inputs: { availabilityZone: "eu-west-1b" } },
      nodes: {
        type: "aws:eks/nodeGroup:NodeGroup",
        inputs: { subnetIds: [ref("a"), ref("b")], scalingConfig: { minSize: 2, maxSize: 4, desiredSize: 2 } },
      },
    },
    broken: {
      "one node": { nodes: { scalingConfig: { minSize: 1, maxSize: 4, desiredSize: 2 } } },
      "one zone": { b: { availabilityZone: "eu-west-1a" } },
      "one subnet": { nodes: { subnetIds: [ref("a")] } },
    },
  },
  "k8s-replicas": {
    secure: {
      orders: {
        type: "kubernetes:apps/v1:Deployment",
        inputs: { metadata: { name: "orders" }, spec: { replicas: 2 } },
      },
    },
    broken: {
      "one pod": { orders: { spec: { replicas: 1 } } },
      "Kubernetes' default": { orders: { spec: {} } },
      "a scaler that may stop at one": { scaler: scaler("orders", 1) },
      "a scaler of another": { orders: { spec: {} }, scaler: scaler("ledger", 2) },
    },
    alsoSecure: { "a scaler": { orders: { spec: {} }, scaler: scaler("orders", 2) } },
    notApplicable: { "one at a time": { orders: { spec: { strategy: { type: "Recreate" } } } } },
  },
});
