import * as pulumi from "@pulumi/pulumi";
import { loadConfig } from "./config/load";
import { payments } from "./payments";
import type { PaymentsOutputs } from "./payments/outputs";

/** The Pulumi program: validates the stack's configuration, then builds the system that it picks. */
export default function program(): PaymentsOutputs {
  const config = loadConfig(pulumi.runtime.allConfig(), pulumi.getStack());
  return payments(config);
}
