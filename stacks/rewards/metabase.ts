import { ContainerImage } from "../../components/delivery/container-image";
import type { Region } from "../../components/network/region";
import type { Key } from "../../components/security/key";
import { release } from "../foundation/release";
import type { AnalyticsSettings } from "./analytics";
import type { RewardsConfig } from "./config";

/** Metabase's image, in a repository of the system: tasks reach no other. */
export function metabaseImage(
  { analytics: { image } }: RewardsConfig,
  { region, key }: { readonly region: Region; readonly key: Key },
): ContainerImage {
  return new ContainerImage("rewards-metabase-image", { key, ...release(image) }, { parent: region });
}

/** What the configuration says of Metabase. */
export function metabaseSettings(
  { analytics: { size, database }, environment }: RewardsConfig,
  image: ContainerImage,
): AnalyticsSettings {
  return {
    image,
    architecture: "ARM64",
    ...size,
    // Two share one database, and see each other's changes.
    tasks: environment === "production" ? { min: 2, max: 4 } : { min: 1, max: 1 },
    database: { deployment: "instance", ...database },
  };
}
