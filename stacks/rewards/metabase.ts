import { ContainerImage } from "../../components/delivery/container-image";
import type { Region } from "../../components/network/region";
import type { Key } from "../../components/security/key";
import type { AnalyticsSettings } from "./analytics";
import type { RewardsConfig } from "./config";

/** What the configuration says of Metabase. Its image stands in a repository of the system: tasks reach no other. */
export function metabaseSettings(
  { analytics, environment }: RewardsConfig,
  { region, key }: { readonly region: Region; readonly key: Key },
): AnalyticsSettings {
  const { image, size, database } = analytics;
  return {
    image: new ContainerImage(
      "rewards-metabase-image",
      {
        key,
        tag: image.tag ?? "built",
        build: image.context === undefined ? undefined : { context: image.context },
      },
      { parent: region },
    ),
    architecture: "ARM64",
    ...size,
    // Two share one database, and see each other's changes.
    tasks: environment === "production" ? { min: 2, max: 4 } : { min: 1, max: 1 },
    database: { deployment: "instance", ...database },
  };
}
