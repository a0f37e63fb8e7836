import type { ContainerImage } from "../../components/delivery/container-image";
import { DeliveryPipeline, type PipelineStage } from "../../components/delivery/delivery-pipeline";
import type { Region } from "../../components/network/region";
import type { Key } from "../../components/security/key";
import { Secret } from "../../components/security/secret";
import { type CreditScoreConfig, SERVICES, type ServiceName } from "./config";

export type DeliveryConfig = NonNullable<CreditScoreConfig["delivery"]>;

export interface DeliverySite {
  readonly region: Region;
  /** Of the tests' credentials. */
  readonly key: Key;
  /** Of artifacts and logs: source code and builds, no user's data. */
  readonly logKey: Key;
  readonly images: Readonly<Record<ServiceName, ContainerImage>>;
}

export interface Delivery {
  readonly pipeline: DeliveryPipeline;
  /** What the integration tests sign in to QA with. */
  readonly testClient: Secret;
}

/** Stages whose roles deploy: the bootstrap stack's file names them by the ARNs that this stack puts out. */
const QA = "QA";
const TESTS = "IntegrationTests";
const PRODUCTION = "Production";

/** A commit becomes five images, goes to QA, is tested there as one system, waits for a person, and goes to production: the same images, by digest. */
export function delivery(config: DeliveryConfig, owner: string, site: DeliverySite, stack: string): Delivery {
  const here = { parent: site.region };
  const { provider, repository, branch, test, services, qa, production } = config;
  const testClient = new Secret(
    "credit-score-test-client",
    {
      key: site.key,
      description: "What the integration tests sign in to QA with",
      fields: ["apiKey"],
      rotatedBy: { who: owner, days: 90 },
    },
    here,
  );
  const deploy = (name: string, deployed: string, role: string): PipelineStage => ({
    kind: "commands",
    name,
    commands: [
      `cd ${config.project}`,
      "npm ci",
      // In this checkout, which is thrown away.
      `node bin/set-digests.mjs ${deployed}`,
      `npx palisade up ${deployed} --yes`,
    ],
    variables: { PULUMI_BACKEND_URL: config.backendUrl },
    assumeRoleArn: role,
    timeoutMinutes: 120,
    rollBack: true,
  });
  const pipeline = new DeliveryPipeline(
    "credit-score-delivery",
    {
      key: site.logKey,
      dataClass: "confidential",
      source: { provider, repository, branch },
      images: Object.fromEntries(
        SERVICES.map((name) => [name, { image: site.images[name], context: `${services}/${name}` }]),
      ),
      test,
      stages: [
        deploy(QA, qa.stack, qa.deployRoleArn),
        {
          kind: "commands",
          name: TESTS,
          commands: qa.integrationTests,
          variables: { TEST_CLIENT_SECRET: testClient.secretName },
        },
        { kind: "approval", name: "Approval", message: production.approval },
        deploy(PRODUCTION, stack, production.deployRoleArn),
      ],
    },
    here,
  );
  const tests = pipeline.nodes.commands[TESTS];
  if (tests) testClient.grantRead(tests);
  return { pipeline, testClient };
}
