import type { Facts, Models } from "../model";

const endpoint = (f: Facts, suffix: string): string =>
  `${f.inputs.vpcOptions === undefined ? "search" : "vpc"}-${f.text("domainName")}-${f.hex(26)}.${suffix}`;

export const opensearch: Models = {
  "aws:opensearch/domain:Domain": {
    id: (f) => f.arn("es", `domain/${f.text("domainName")}`),
    outputs: (f) => {
      const host = endpoint(f, `${f.region}.es.amazonaws.com`);
      const dualStack = endpoint(f, `aos.${f.region}.on.aws`);
      return {
        arn: f.arn("es", `domain/${f.text("domainName")}`),
        dashboardEndpoint: `${host}/_dashboards`,
        dashboardEndpointV2: `${dualStack}/_dashboards`,
        domainEndpointV2HostedZoneId: "Z1GVIJ7CLAGYM7",
        domainId: `${f.account}/${f.text("domainName")}`,
        endpoint: host,
        endpointV2: dualStack,
        ipAddressType: f.text("ipAddressType") || "ipv4",
      };
    },
  },
};
