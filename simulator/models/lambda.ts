import type { Models } from "../model";

export const lambda: Models = {
  "aws:lambda/function:Function": {
    nameProperty: "name",
    id: (f) => f.name,
    outputs: (f) => {
      const arn = f.arn("lambda", `function:${f.name}`);
      const invocation = (api: string) =>
        `arn:${f.partition}:apigateway:${f.region}:lambda:path/${api}/functions/${arn}/`;
      return {
        arn,
        codeSha256: f.hex(64),
        sourceCodeHash: f.hex(64),
        sourceCodeSize: 4096,
        invokeArn: `${invocation("2015-03-31")}invocations`,
        responseStreamingInvokeArn: `${invocation("2021-11-15")}response-streaming-invocations`,
        lastModified: "2026-01-01T00:00:00.000+0000",
        qualifiedArn: `${arn}:$LATEST`,
        qualifiedInvokeArn: `${invocation("2015-03-31")}invocations`,
        signingJobArn: "",
        signingProfileVersionArn: "",
        version: "$LATEST",
      };
    },
  },
  "aws:lambda/permission:Permission": {
    id: (f) => f.text("statementId") || `terraform-${f.hex(26)}`,
    outputs: (f) => ({ statementId: f.text("statementId") || `terraform-${f.hex(26)}` }),
  },
  "aws:lambda/invocation:Invocation": {
    id: (f) => `${f.text("functionName")}_$LATEST_${f.hex(32)}`,
    outputs: () => ({ result: '"done"' }),
  },
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": { id: (f) => f.text("functionName") },
};
