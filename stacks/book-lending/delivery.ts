import type { BlueGreenVms } from "../../components/compute/blue-green-vms";
import { BlueGreenSwap } from "../../components/delivery/blue-green-swap";
import type { ContainerImage } from "../../components/delivery/container-image";
import { DeliveryPipeline } from "../../components/delivery/delivery-pipeline";
import type { BookLendingConfig } from "./config";
import type { Foundation } from "./foundation";

/** A commit becomes an image, is tested, goes to the machine that does not serve, and then serves. */
export function delivery(
  config: BookLendingConfig,
  base: Foundation,
  vms: BlueGreenVms,
  image: ContainerImage,
): DeliveryPipeline {
  const here = { parent: base.region };
  const { test, ...source } = config.delivery;
  const key = base.logKey;
  const swap = new BlueGreenSwap("book-lending-swap", { target: vms, key }, here);
  return new DeliveryPipeline(
    "book-lending-delivery",
    {
      key,
      // Source code and builds; no borrower's data comes here.
      dataClass: "confidential",
      source,
      images: { app: { image } },
      test,
      stages: [{ kind: "swap", name: "Swap", swap, image: "app" }],
    },
    here,
  );
}
