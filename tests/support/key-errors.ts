import { Key, type KeyService } from "../../components/security/key";
import type { ContractCase } from "./contract";

const ELSEWHERE = "us-east-2";

const message = (component: string, problem: string) => `${component}: key = "one-wrong-key" is not valid. ${problem}`;

/**
 * Errors of `component`, e.g. `Queue "one"`, over the key that `build` gives it: one of another region, and for each of `services` one whose
 * policy leaves it out.
 */
export function keyErrors(
  component: string,
  build: (name: string, key: Key) => unknown,
  services: readonly KeyService[] = [],
  region = "eu-west-1",
): ContractCase["errors"] {
  const make = (name: string, named: readonly KeyService[], keyRegion: string) =>
    build(name, new Key(`${name}-wrong-key`, { description: "x", services: named, region: keyRegion }));
  const errors: ContractCase["errors"] = {
    "a key of another region": {
      build: (name) => make(name, services, ELSEWHERE),
      message: message(
        component,
        `It is in ${ELSEWHERE} and must be in ${region}, where it is used; give a key of that region.`,
      ),
    },
  };
  for (const service of services) {
    const others = services.filter((other) => other !== service);
    errors[`a key whose policy leaves out ${service}`] = {
      build: (name) => make(name, others, region),
      message: message(
        component,
        `Its policy does not let every service use it that has to; add "${service}" to the key's \`services\`.`,
      ),
    };
  }
  return errors;
}
