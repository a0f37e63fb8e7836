import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { type ShieldResource, ShieldProtection } from "../../../components/edge/shield-protection";
import { componentContract } from "../../support/contract";
import { named, ofType, recordProgram } from "../../support/record";

const distribution = "arn:aws:cloudfront::123456789012:distribution/E1A2B3C4D5E6F7";
const web: ShieldResource = { kind: "distribution", arn: distribution };
const region = "us-east-1";
const protect = (name: string, resource: ShieldResource) =>
  new ShieldProtection(name, { region, resources: { web: resource } });
const here = (kind: ShieldResource["kind"], arn: pulumi.Input<string>) =>
  new ShieldProtection("one", { resources: { api: { kind, arn } } });

describe("ShieldProtection", () => {
  componentContract("edge", "ShieldProtection", {
    minimal: (name, opts) => new ShieldProtection(name, { region, resources: { web } }, opts),
    complete: (name, opts) =>
      new ShieldProtection(
        name,
        {
          region,
          subscription: "create",
          resources: {
            web: {
              ...web,
              automaticResponse: "COUNT",
              healthCheckArn: "arn:aws:route53:::healthcheck/0db9575b-ad35-4173-ae1f-1b25e3fba6bf",
            },
            zone: { kind: "hosted-zone", arn: "arn:aws:route53:::hostedzone/Z0123456789ABCDEFGHIJ" },
          },
          transform: { subscription: (args) => void (args.skipDestroy = true) },
        },
        opts,
      ),
    errors: {
      "nothing to protect": {
        build: (name) => new ShieldProtection(name, { resources: {} }),
        message: /resources = \{\} .* at least 1/,
      },
      "an unknown subscription": {
        build: (name) =>
          // @ts-expect-error what a JavaScript caller can do
          new ShieldProtection(name, { region, resources: { web }, subscription: "yes" }),
        message: /subscription = "yes"/,
      },
      "an unknown kind": {
        // @ts-expect-error what a JavaScript caller can do
        build: () => here("api", "arn:aws:apigateway:eu-west-1::/restapis/abc/stages/live"),
        message: /resources.api.kind = "api" .* distribution, hosted-zone/,
      },
      "a network load balancer": {
        build: () =>
          here(
            "application-load-balancer",
            "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/api/50dc6c495c",
          ),
        message: /resources.api.arn = .*net\/api.*application-load-balancer/,
      },
      "an alarm where there is no metric": {
        build: () => here("distribution", pulumi.output(distribution)),
        message: /resources.api.kind = "distribution" .* us-east-1, .* eu-west-1 would stay silent/,
      },
      "a resource of another region": {
        build: () => here("elastic-ip", "arn:aws:ec2:us-east-2:123456789012:eip-allocation/eipalloc-0a1b2c3d4e5f60718"),
        message: /kind = "elastic-ip" .* region "us-east-2"/,
      },
      "an unknown response": {
        // @ts-expect-error what a JavaScript caller can do
        build: (name) => protect(name, { ...web, automaticResponse: "DROP" }),
        message: /automaticResponse = "DROP"/,
      },
      "a response without a web ACL": {
        build: (name) =>
          protect(name, { kind: "hosted-zone", arn: "arn:aws:route53:::hostedzone/Z1", automaticResponse: "BLOCK" }),
        message: /automaticResponse = "BLOCK" .* web ACL/,
      },
    },
  });

  it("subscribes to nothing unless told to", async () => {
    const recording = await recordProgram(() => void protect("shield", web));
    assert.deepEqual(
      recording.resources.filter((r) => r.type.startsWith("aws:shield/")).map((r) => r.type),
      ["aws:shield/protection:Protection"],
    );
  });

  it("subscribes before it protects, and never cancels by accident", async () => {
    const recording = await recordProgram(
      () => void new ShieldProtection("shield", { region, subscription: "create", resources: { web } }),
    );
    const subscription = named(recording, "shield-subscription");
    assert.deepEqual([subscription.protect, subscription.inputs.skipDestroy], [true, true]);
    assert.ok(named(recording, "shield-web").dependencies.includes(subscription.urn));
  });

  it("accepts every kind that Shield Advanced protects, and ARNs not known yet", async () => {
    const regional = "eu-west-1:123456789012";
    const alb = `arn:aws:elasticloadbalancing:${regional}:loadbalancer/app/api/50dc6c495c0c9188`;
    const recording = await recordProgram(() => {
      new ShieldProtection("shield", {
        resources: {
          alb: { kind: "application-load-balancer", arn: alb },
          classic: {
            kind: "classic-load-balancer",
            arn: `arn:aws:elasticloadbalancing:${regional}:loadbalancer/api`,
          },
          address: { kind: "elastic-ip", arn: pulumi.output(`arn:aws:ec2:${regional}:eip-allocation/eipalloc-1`) },
        },
      });
      new ShieldProtection("front", {
        region: "us-west-2",
        resources: {
          front: { kind: "accelerator", arn: "arn:aws:globalaccelerator::123456789012:accelerator/1234abcd" },
        },
      });
    });
    assert.equal(ofType(recording, "aws:shield/protection:Protection").length, 4);
    const alarm = named(recording, "shield-alb-attack");
    assert.deepEqual([alarm.region, alarm.inputs.dimensions], ["eu-west-1", { ResourceArn: alb }]);
  });
});
