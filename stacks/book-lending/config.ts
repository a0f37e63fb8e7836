import { z } from "zod";
import { INSTANCE_CLASS } from "../../components/data/instance-class";
import {
  alarms,
  baseline,
  cidr,
  deliverySource,
  firewall,
  hostLabel,
  hostname,
  objectives,
  region,
  zoneId,
} from "../config/fields";
import { systemSchema } from "../config/system";

const machine = z.strictObject({
  /** Amazon Linux 2023 for arm64, by its id: a newer image replaces no machine by itself. */
  imageId: z.string().regex(/^ami-(?:[0-9a-f]{8}|[0-9a-f]{17})$/, "Give an image's id such as ami-0123456789abcdef0."),
  instanceType: z.string().regex(/^[a-z]+\d+g[a-z]*\.\d*[a-z]+$/, "Give a Graviton type such as m7g.large."),
  volumeGiB: z.int().min(16).max(16384).default(30),
  /** While it is made anew on purpose: only the one that does not serve. */
  replaceable: z.boolean().default(false),
});

/** Somebody outside whom the application calls. */
const partner = z.strictObject({
  cidrs: z.array(cidr).min(1, "Give at least one address range."),
  port: z.int().min(1).max(65535).default(443),
});

/** Every key of a book-lending stack file, without its `palisade:` prefix; what each means stands in docs/configuration.md. */
export const bookLendingSchema = systemSchema("book-lending", {
  domain: z.strictObject({
    name: hostname,
    /** Host of the application, under `name`. */
    app: hostLabel.default("app"),
    /** Id of a hosted zone that exists already. Default: the stack makes one. */
    zoneId: zoneId.optional(),
  }),
  region,
  machines: z.strictObject({ blue: machine, green: machine }),
  application: z
    .strictObject({
      /** Port on which a container listens. */
      port: z.int().min(1024).max(65535).default(8080),
      /** Of each of the two containers on a machine. */
      memoryMiB: z.int().min(64).max(262144).default(1024),
    })
    .default({ port: 8080, memoryMiB: 1024 }),
  delivery: z.strictObject(deliverySource),
  paymentProcessor: partner,
  /** Who tells who a user is. */
  identityProvider: partner.extend({
    issuer: z.string().regex(/^https:\/\/[a-z0-9.-]+(?:\/\S*)?$/, "Give the issuer's URL, https://..."),
    clientId: z.string().min(1),
  }),
  database: z.strictObject({
    instanceClass: z.string().regex(INSTANCE_CLASS, "Give an RDS instance class such as db.m8g.large."),
    storageGiB: z.int().min(20).max(65536),
    maxStorageGiB: z.int().min(22).max(65536).optional(),
    backupRetentionDays: z.int().min(1).max(35).default(35),
  }),
  firewall,
  alarms,
  objectives,
  baseline,
});

/** A valid book-lending configuration, defaults filled in. */
export type BookLendingConfig = z.output<typeof bookLendingSchema>;
