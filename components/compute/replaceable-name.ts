import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { Component, NameKind } from "../core";

const DIGEST_LENGTH = 7;

/**
 * A physical name that ends in a digest of the arguments whose change makes AWS replace the resource. The successor then has a name
 * of its own and can be created first, which a target group in use by a listener needs. Pulumi's autonaming does
 * the same, but fails when the logical name does not leave room for its suffix in the 32 characters.
 */
export function replaceableName(
  owner: Component,
  kind: NameKind,
  suffix: string | undefined,
  replacedBy: readonly pulumi.Input<string | number | boolean>[],
): pulumi.Output<string> {
  const base = owner.physicalName(kind, suffix, DIGEST_LENGTH + 1);
  return pulumi.all([...replacedBy]).apply((values) => {
    const digest = createHash("sha256").update(JSON.stringify(values)).digest("hex");
    return `${base}-${digest.slice(0, DIGEST_LENGTH)}`;
  });
}
