import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type Component, policyDocument, type Principal, type Statement, type Transform } from "../core";
import {
  type EndpointService,
  GATEWAY_ACTIONS,
  type GatewayService,
  INTERFACE_ENDPOINTS,
  type InterfaceEndpoint,
} from "./endpoints";

/** Actions beside a workload's usual ones, by service. */
export type EndpointActions = Partial<Record<EndpointService | GatewayService, readonly string[]>>;

interface EndpointOptions {
  readonly vpcId: pulumi.Input<string>;
  readonly actions: EndpointActions;
  readonly transform?: Transform<aws.ec2.VpcEndpointArgs>;
}

/** Buckets of other owners that anyone in the VPC may use, by name. */
export interface ForeignBuckets {
  readonly readable: readonly string[];
  readonly writable: readonly string[];
}

/** Gateway endpoints for S3 and DynamoDB: routes that cost nothing. */
export function createGatewayEndpoints(
  owner: Component,
  routeTables: readonly aws.ec2.RouteTable[],
  buckets: ForeignBuckets,
  { vpcId, actions, transform }: EndpointOptions,
): Readonly<Record<GatewayService, aws.ec2.VpcEndpoint>> {
  const create = (service: GatewayService, policy: pulumi.Output<string>) =>
    new aws.ec2.VpcEndpoint(
      owner.childName(`endpoint-${service}`),
      {
        vpcId,
        vpcEndpointType: "Gateway",
        serviceName: serviceName(owner, service),
        routeTableIds: routeTables.map((table) => table.id),
        policy,
      },
      owner.childOptions({}, transform),
    );
  return {
    s3: create("s3", s3EndpointPolicy(owner, buckets, actions)),
    dynamodb: create("dynamodb", dynamodbEndpointPolicy(owner, actions)),
  };
}

/** Interface endpoints, one network interface in each of `subnets`, by the service's name. */
export function createInterfaceEndpoints(
  owner: Component,
  bundles: readonly EndpointService[],
  subnets: readonly aws.ec2.Subnet[],
  securityGroup: aws.ec2.SecurityGroup,
  { vpcId, actions, transform }: EndpointOptions,
): Record<string, aws.ec2.VpcEndpoint> {
  const endpoints: Record<string, aws.ec2.VpcEndpoint> = {};
  for (const bundle of bundles) {
    for (const endpoint of INTERFACE_ENDPOINTS[bundle]) {
      endpoints[endpoint.service] = new aws.ec2.VpcEndpoint(
        owner.childName(`endpoint-${endpoint.service.replace(".", "-")}`),
        {
          vpcId,
          vpcEndpointType: "Interface",
          serviceName: serviceName(owner, endpoint.service),
          privateDnsEnabled: true,
          subnetIds: subnets.map((subnet) => subnet.id),
          securityGroupIds: [securityGroup.id],
          policy: interfaceEndpointPolicy(owner, bundle, endpoint, actions),
        },
        owner.childOptions({}, transform),
      );
    }
  }
  return endpoints;
}

const serviceName = (owner: Component, service: string): string => `com.amazonaws.${owner.context.region}.${service}`;

/** An endpoint policy names its callers by condition: AWS takes no principal but `*` there for gateway endpoints. */
const EVERYONE: Principal = "*";

/** Objects of this account's buckets for this account's principals, and buckets of other owners. */
function s3EndpointPolicy(
  owner: Component,
  { readable: further, writable }: ForeignBuckets,
  more: EndpointActions,
): pulumi.Output<string> {
  const { partition, region } = owner.context;
  // ECR answers a pull with presigned links to this bucket of its own, so without it no image can be pulled
  // (https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html#ecr-setting-up-s3-gateway).
  const readable = [`prod-${region}-starport-layer-bucket`, ...further];
  return policyDocument([
    {
      Sid: "ThisAccount",
      Effect: "Allow",
      Principal: EVERYONE,
      Action: [...GATEWAY_ACTIONS.s3, ...(more.s3 ?? [])],
      // A bucket's ARN names no account, so a condition holds the owner: data can not leave for someone else's bucket.
      Resource: "*",
      Condition: { StringEquals: { "aws:PrincipalAccount": owner.account, "aws:ResourceAccount": owner.account } },
    },
    {
      Sid: "ReadableBuckets",
      Effect: "Allow",
      Principal: EVERYONE,
      Action: "s3:GetObject",
      Resource: readable.map((bucket) => `arn:${partition.id}:s3:::${bucket}/*`),
    },
    ...(writable.length > 0
      ? [
          {
            Sid: "WritableBuckets",
            Effect: "Allow" as const,
            Principal: EVERYONE,
            Action: "s3:PutObject",
            Resource: writable.map((bucket) => `arn:${partition.id}:s3:::${bucket}/*`),
          },
        ]
      : []),
  ]);
}

/** Items of this account's tables for this account's principals. */
function dynamodbEndpointPolicy(owner: Component, more: EndpointActions): pulumi.Output<string> {
  return policyDocument([
    {
      Sid: "ThisAccount",
      Effect: "Allow",
      Principal: EVERYONE,
      Action: [...GATEWAY_ACTIONS.dynamodb, ...(more.dynamodb ?? [])],
      Resource: owner.arnOf("dynamodb", "table/*"),
      Condition: { StringEquals: { "aws:PrincipalAccount": owner.account } },
    },
  ]);
}

/** A workload's actions for this account's principals; undefined where the endpoint takes no policy. */
function interfaceEndpointPolicy(
  owner: Component,
  bundle: EndpointService,
  { actions }: InterfaceEndpoint,
  more: EndpointActions,
): pulumi.Output<string> | undefined {
  if (actions === undefined) return undefined;
  const statements: Statement[] = [
    {
      Sid: "ThisAccount",
      Effect: "Allow",
      Principal: EVERYONE,
      Action: [...actions, ...(more[bundle] ?? [])],
      // Which key, queue or secret is for the caller's own policy to say; the endpoint says who and what.
      Resource: "*",
      Condition: { StringEquals: { "aws:PrincipalAccount": owner.account } },
    },
  ];
  if (bundle === "sts") {
    statements.push({
      Sid: "WebIdentity",
      Effect: "Allow",
      Principal: EVERYONE,
      // Who exchanges a token for a role (a Kubernetes service account) belongs to no account yet; the role does.
      Action: "sts:AssumeRoleWithWebIdentity",
      Resource: owner.arnOf("iam", "role/*", ""),
    });
  }
  return policyDocument(statements);
}
