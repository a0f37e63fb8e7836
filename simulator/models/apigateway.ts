import type { Facts, Models } from "../model";

const id = (f: Facts): string => f.hex(10);
const control = (f: Facts, path: string): string => `arn:${f.partition}:apigateway:${f.region}::/${path}`;
const execution = (f: Facts, api: string): string => f.arn("execute-api", api);
const created = "2026-01-01T00:00:00Z";

export const apigateway: Models = {
  "aws:apigateway/account:Account": {
    id: () => "api-gateway-account",
    outputs: () => ({
      apiKeyVersion: "1",
      features: ["UsagePlans"],
      throttleSettings: [{ burstLimit: 5000, rateLimit: 10000 }],
    }),
  },
  "aws:apigateway/apiKey:ApiKey": {
    nameProperty: "name",
    id,
    outputs: (f) => ({
      arn: control(f, `apikeys/${id(f)}`),
      createdDate: created,
      lastUpdatedDate: created,
      value: f.inputs.value ?? f.hex(40),
    }),
  },
  "aws:apigateway/basePathMapping:BasePathMapping": { id: (f) => `${f.text("domainName")}/${f.text("basePath")}` },
  "aws:apigateway/deployment:Deployment": { id: (f) => f.hex(6), outputs: () => ({ createdDate: created }) },
  "aws:apigateway/domainName:DomainName": {
    id: (f) => f.text("domainName"),
    outputs: (f) => ({
      arn: control(f, `domainnames/${f.text("domainName")}`),
      certificateUploadDate: created,
      cloudfrontDomainName: "",
      cloudfrontZoneId: "Z2FDTNDATAQYW2",
      domainNameId: "",
      regionalDomainName: `d-${id(f)}.execute-api.${f.region}.amazonaws.com`,
      regionalZoneId: "ZLY8HYME6SFDD",
    }),
  },
  "aws:apigateway/integration:Integration": {
    id: (f) => `agi-${f.text("restApi")}-${f.text("resourceId")}-${f.text("httpMethod")}`,
  },
  "aws:apigateway/method:Method": {
    id: (f) => `agm-${f.text("restApi")}-${f.text("resourceId")}-${f.text("httpMethod")}`,
  },
  "aws:apigateway/methodSettings:MethodSettings": {
    id: (f) => `${f.text("restApi")}-${f.text("stageName")}-${f.text("methodPath")}`,
  },
  "aws:apigateway/restApi:RestApi": {
    nameProperty: "name",
    id,
    outputs: (f) => ({
      arn: control(f, `restapis/${id(f)}`),
      createdDate: created,
      executionArn: execution(f, id(f)),
      rootResourceId: f.hex(20).slice(10),
    }),
  },
  "aws:apigateway/stage:Stage": {
    id: (f) => `ags-${f.text("restApi")}-${f.text("stageName")}`,
    outputs: (f) => ({
      arn: control(f, `restapis/${f.text("restApi")}/stages/${f.text("stageName")}`),
      executionArn: execution(f, `${f.text("restApi")}/${f.text("stageName")}`),
      invokeUrl: `https://${f.text("restApi")}.execute-api.${f.region}.amazonaws.com/${f.text("stageName")}`,
      webAclArn: "",
    }),
  },
  "aws:apigateway/usagePlan:UsagePlan": {
    nameProperty: "name",
    id: (f) => f.hex(6),
    outputs: (f) => ({ arn: control(f, `usageplans/${f.hex(6)}`) }),
  },
  "aws:apigateway/usagePlanKey:UsagePlanKey": {
    id: (f) => f.text("keyId"),
    outputs: (f) => ({ name: f.logicalName, value: f.hex(40) }),
  },
  "aws:apigatewayv2/vpcLink:VpcLink": {
    nameProperty: "name",
    id: (f) => f.hex(6),
    outputs: (f) => ({ arn: control(f, `vpclinks/${f.hex(6)}`) }),
  },
};
