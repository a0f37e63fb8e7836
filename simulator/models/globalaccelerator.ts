import type { Facts, Models } from "../model";

const acceleratorArn = (f: Facts): string => f.globalArn("globalaccelerator", `accelerator/${f.uuid()}`);
const below = (f: Facts, property: string, kind: string): string => `${f.text(property)}/${kind}/${f.hex(8)}`;

export const globalaccelerator: Models = {
  "aws:globalaccelerator/accelerator:Accelerator": {
    nameProperty: "name",
    id: acceleratorArn,
    outputs: (f) => ({
      arn: acceleratorArn(f),
      dnsName: `a${f.hex(17)}.awsglobalaccelerator.com`,
      dualStackDnsName:
        f.text("ipAddressType") === "DUAL_STACK" ? `a${f.hex(17)}.dualstack.awsglobalaccelerator.com` : "",
      hostedZoneId: "Z2BJ6XQ5FK7U4H",
      ipSets: [{ ipAddresses: ["198.51.100.10", "203.0.113.10"], ipFamily: "IPv4" }],
      ipAddresses: f.list("ipAddresses"),
    }),
  },
  "aws:globalaccelerator/listener:Listener": {
    id: (f) => below(f, "acceleratorArn", "listener"),
    outputs: (f) => ({ arn: below(f, "acceleratorArn", "listener") }),
  },
  "aws:globalaccelerator/endpointGroup:EndpointGroup": {
    id: (f) => below(f, "listenerArn", "endpoint-group"),
    outputs: (f) => ({ arn: below(f, "listenerArn", "endpoint-group") }),
  },
};
