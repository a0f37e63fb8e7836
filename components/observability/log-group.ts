import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Component, Transform } from "../core";

export interface LogGroupOptions {
  /** Full log group name where AWS dictates one, e.g. `aws-waf-logs-...`. Default `/<stack>/<component>/<suffix>`. */
  name?: string;
  /** Customer key that encrypts it; its policy must name the `logs` service. */
  keyArn: pulumi.Input<string>;
  /** Days kept. Default 365 (PCI DSS 10.5.1 asks for twelve months); in development 30. */
  retentionInDays?: number;
  transform?: Transform<aws.cloudwatch.LogGroupArgs>;
}

/** A log group of `owner` with a customer key and a retention period: CloudWatch's own default is to keep logs for ever. */
export function logGroup(owner: Component, suffix: string, options: LogGroupOptions): aws.cloudwatch.LogGroup {
  return new aws.cloudwatch.LogGroup(
    owner.childName(suffix),
    {
      name: options.name ?? `/${owner.physicalName("logGroup", suffix)}`,
      kmsKeyId: options.keyArn,
      retentionInDays: options.retentionInDays ?? (owner.production ? 365 : 30),
    },
    owner.childOptions({}, options.transform),
  );
}
