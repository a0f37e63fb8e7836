import type * as pulumi from "@pulumi/pulumi";
import { Function } from "../../components/compute/function";
import type { FunctionArgs } from "../../components/compute/function-args";
import { bundle, type FunctionCode, imageCode } from "../../components/compute/function-code";
import { ContainerImage } from "../../components/delivery/container-image";
import type { ContentStore } from "../../components/edge/content-store";
import type { Tracker } from "../../components/messaging/tracker";
import type { Region } from "../../components/network/region";
import type { Vpc } from "../../components/network/vpc";
import type { Key } from "../../components/security/key";
import { release } from "../foundation/release";
import { type FunctionName, FUNCTIONS, type RewardsConfig } from "./config";
import type { Stores } from "./stores";
import type { Streams } from "./streams";

export interface FunctionSite {
  readonly region: Region;
  readonly vpc: Vpc;
  readonly key: Key;
  readonly logKey: Key;
  readonly stores: Stores;
  readonly streams: Streams;
  readonly tracker: Tracker;
  readonly content: ContentStore;
  /** Where scoring asks for the rules. */
  readonly rulesUrl: pulumi.Input<string>;
}

export interface Functions {
  readonly functions: Readonly<Record<FunctionName | "qr", Function>>;
  readonly images: Readonly<Record<FunctionName, ContainerImage>>;
}

/** What runs only when it is called. Two stand in the VPC: scoring asks for the rules there, and the ID validator knows the platform by its NAT addresses. */
export function deployFunctions(config: RewardsConfig, site: FunctionSite): Functions {
  const { key, logKey, region, stores, streams, vpc } = site;
  const here = { parent: region };
  const images = Object.fromEntries(FUNCTIONS.map((name) => [name, imageOf(name, config, site)])) as Record<
    FunctionName,
    ContainerImage
  >;
  const deploy = (
    name: FunctionName | "qr",
    description: string,
    code: FunctionCode,
    timeoutSeconds: number,
    variables: Record<string, pulumi.Input<string>>,
    options: Pick<FunctionArgs, "network" | "deadLetters"> = {},
  ) => {
    const { memoryMiB, concurrency, warmEveryMinutes, canary } = config.functions[name];
    return new Function(
      `rewards-${name}`,
      {
        description,
        code,
        memoryMiB,
        timeoutSeconds,
        reservedConcurrency: concurrency,
        warmEvery: warmEveryMinutes === undefined ? undefined : `${warmEveryMinutes} minutes`,
        canary,
        variables,
        key,
        logKey,
        ...options,
      },
      here,
    );
  };
  // Somebody waits for each of their answers, but for what Location says.
  const waitedFor = { deadLetters: false };
  const functions = {
    scoring: deploy(
      "scoring",
      "Counts points by the business rules",
      imageCode(images.scoring),
      25,
      {
        BALANCE_TABLE: stores.balances.tableName,
        TRANSACTION_STREAM: streams.streams.transactions.streamName,
        RULES_URL: site.rulesUrl,
      },
      { ...waitedFor, network: { vpc } },
    ),
    tracking: deploy(
      "tracking",
      "Takes positions and tells people who are near each other",
      imageCode(images.tracking),
      25,
      {
        TRACKER: site.tracker.trackerName,
        GEOFENCES: site.tracker.collectionName,
        DEVICE_TABLE: stores.devices.tableName,
        PUSH_CREDENTIALS_ARN: stores.pushCredentials.arn,
      },
    ),
    uploads: deploy(
      "uploads",
      "Signs merchants' uploads",
      imageCode(images.uploads),
      10,
      { UPLOAD_RULES: site.content.uploadRules },
      waitedFor,
    ),
    "identity-check": deploy(
      "identity-check",
      "Asks the ID validator about applicants",
      imageCode(images["identity-check"]),
      // Cognito gives its triggers five seconds.
      5,
      { VALIDATOR_URL: config.idValidator.url, VALIDATOR_CREDENTIALS_ARN: stores.validatorCredentials.arn },
      { ...waitedFor, network: { vpc } },
    ),
    qr: deploy("qr", "Draws QR codes of encounters", bundle("stacks/rewards/qr/handler.ts"), 5, {}, waitedFor),
  };
  return { functions, images };
}

function imageOf(name: FunctionName, config: RewardsConfig, { key, region }: FunctionSite): ContainerImage {
  return new ContainerImage(
    `rewards-${name}-image`,
    { key, ...release(config.functions[name].image), functions: true },
    { parent: region },
  );
}
