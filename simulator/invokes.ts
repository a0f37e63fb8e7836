import type { Invokes } from "./model";
import { prefixListId } from "./models/ec2";

/** Every provider function that the simulator answers for. */
export const invokes: Invokes = {
  "aws:index/getCallerIdentity:getCallerIdentity": (_, { account, partition }) => ({
    id: account,
    accountId: account,
    arn: `arn:${partition}:iam::${account}:role/palisade`,
    userId: "AROAEXAMPLE:palisade",
  }),
  "aws:ec2/getPrefixList:getPrefixList": ({ name }, { region }) => ({
    id: prefixListId(String(name)),
    name,
    cidrBlocks: ["198.51.100.0/24"],
    region,
  }),
  // AWS's default version of an add-on, of the form that each add-on's own numbers take.
  "aws:eks/getAddonVersion:getAddonVersion": ({ addonName, kubernetesVersion, mostRecent = false }, { region }) => ({
    id: addonName,
    addonName,
    kubernetesVersion,
    mostRecent,
    region,
    version: addonName === "kube-proxy" ? `v${String(kubernetesVersion)}.0-eksbuild.2` : "v1.20.4-eksbuild.2",
  }),
  // "^64bit Amazon Linux 2023 v[0-9.]+ running Python 3\\.14$": a name that it fits.
  "aws:elasticbeanstalk/getSolutionStack:getSolutionStack": ({ nameRegex, mostRecent }, { region }) => {
    const name = String(nameRegex)
      .replace(/^\^|\$$/g, "")
      .replace("[0-9.]+", "4.13.0")
      .replaceAll("\\", "");
    return { id: name, name, nameRegex, mostRecent, region };
  },
};
