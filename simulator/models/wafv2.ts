import type { Facts, Models } from "../model";

const scopePath = (f: Facts): string => (f.text("scope") === "CLOUDFRONT" ? "global" : "regional");

export const wafv2: Models = {
  "aws:wafv2/webAcl:WebAcl": {
    nameProperty: "name",
    id: (f) => f.uuid(),
    outputs: (f) => ({
      arn: f.arn("wafv2", `${scopePath(f)}/webacl/${f.name}/${f.uuid()}`),
      applicationIntegrationUrl: "",
      capacity: 0,
      lockToken: f.uuid(),
    }),
  },
  "aws:wafv2/webAclAssociation:WebAclAssociation": { id: (f) => `${f.text("webAclArn")},${f.text("resourceArn")}` },
  "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": { id: (f) => f.text("resourceArn") },
};
