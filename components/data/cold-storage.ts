import type * as aws from "@pulumi/aws";
import type { ArgumentCheck } from "../core";

/** When objects move to storage that costs a sixth to a twentieth, and from which they must be restored, in hours, before anybody can read them. */
export interface ColdStorage {
  /** Days after which they move to S3 Glacier Flexible Retrieval, 90 or more. Default: never. */
  glacierDays?: number;
  /** Days after which they move to S3 Glacier Deep Archive, 90 or more, and 90 or more after `glacierDays`. Default: never. */
  deepArchiveDays?: number;
}

const LONGEST_DAYS = 36_500;
/** Days that S3 charges for at least, however soon an object leaves (https://aws.amazon.com/s3/storage-classes/glacier/). */
const CHARGED_DAYS = { glacierDays: 90, deepArchiveDays: 180 } as const;

/** Fails where S3 would refuse the order of the steps, or would charge for days that nobody uses. */
export function checkColdStorage(
  check: ArgumentCheck,
  argument: string,
  { glacierDays, deepArchiveDays }: ColdStorage,
  expiration: { argument: string; days: number | undefined },
): void {
  const steps = Object.entries({ glacierDays, deepArchiveDays }) as [keyof typeof CHARGED_DAYS, number | undefined][];
  for (const [step, days] of steps) {
    if (days === undefined) continue;
    check.integer(`${argument}.${step}`, days, 90, LONGEST_DAYS, "of days");
    if (expiration.days === undefined) continue;
    check.that(
      expiration.days >= days + CHARGED_DAYS[step],
      expiration.argument,
      expiration.days,
      `Objects that move after ${days} days are paid for ${CHARGED_DAYS[step]} days there: give ${days + CHARGED_DAYS[step]} or more, or leave ${argument}.${step} out.`,
    );
  }
  if (glacierDays === undefined || deepArchiveDays === undefined) return;
  check.that(
    deepArchiveDays >= glacierDays + CHARGED_DAYS.glacierDays,
    `${argument}.deepArchiveDays`,
    deepArchiveDays,
    `Objects that move after ${glacierDays} days are paid for ${CHARGED_DAYS.glacierDays} days there: give ${glacierDays + CHARGED_DAYS.glacierDays} or more.`,
  );
}

/** The rule of a bucket's lifecycle that moves objects under `prefix`. */
export function coldStorageRule(
  prefix: string,
  { glacierDays, deepArchiveDays }: ColdStorage,
): aws.types.input.s3.BucketLifecycleConfigurationRule {
  return {
    id: "cold-storage",
    status: "Enabled",
    filter: { prefix },
    transitions: [
      ...(glacierDays === undefined ? [] : [{ days: glacierDays, storageClass: "GLACIER" }]),
      ...(deepArchiveDays === undefined ? [] : [{ days: deepArchiveDays, storageClass: "DEEP_ARCHIVE" }]),
    ],
  };
}
