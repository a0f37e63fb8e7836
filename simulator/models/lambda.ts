import type { Facts, Models } from "../model";

/** A function's ARN from its name, where the program gave no ARN. */
const functionArn = (f: Facts, name: string): string =>
  name.startsWith("arn:") ? name : f.arn("lambda", `function:${name}`);

export const lambda: Models = {
  "aws:lambda/function:Function": {
    nameProperty: "name",
    id: (f) => f.name,
    outputs: (f) => {
      const arn = f.arn("lambda", `function:${f.name}`);
      const version = f.inputs.publish === true ? "1" : "$LATEST";
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
        qualifiedArn: `${arn}:${version}`,
        qualifiedInvokeArn: `${invocation("2015-03-31")}invocations`,
        signingJobArn: "",
        signingProfileVersionArn: "",
        version,
      };
    },
  },
  "aws:lambda/alias:Alias": {
    nameProperty: "name",
    id: (f) => `${functionArn(f, f.text("functionName"))}:${f.name}`,
    outputs: (f) => {
      const arn = `${functionArn(f, f.text("functionName"))}:${f.name}`;
      return {
        arn,
        invokeArn: `arn:${f.partition}:apigateway:${f.region}:lambda:path/2015-03-31/functions/${arn}/invocations`,
      };
    },
  },
  "aws:lambda/eventSourceMapping:EventSourceMapping": {
    id: (f) => f.uuid(),
    outputs: (f) => ({
      arn: f.arn("lambda", `event-source-mapping:${f.uuid()}`),
      functionArn: functionArn(f, f.text("functionName")),
      lastModified: "2026-01-01T00:00:00Z",
      lastProcessingResult: "No records processed",
      state: f.inputs.enabled === false ? "Disabled" : "Enabled",
      stateTransitionReason: "USER_INITIATED",
      uuid: f.uuid(),
    }),
  },
  "aws:lambda/permission:Permission": {
    id: (f) => f.text("statementId") || `terraform-${f.hex(26)}`,
    outputs: (f) => ({ statementId: f.text("statementId") || `terraform-${f.hex(26)}` }),
  },
  "aws:lambda/invocation:Invocation": {
    id: (f) => `${f.text("functionName")}_$LATEST_${f.hex(32)}`,
    outputs: () => ({ result: '"done"' }),
  },
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": {
    id: (f) => [f.text("functionName"), f.text("qualifier")].filter((part) => part !== "").join(":"),
  },
};
