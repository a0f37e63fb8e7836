import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import fc from "fast-check";
import type * as pulumi from "@pulumi/pulumi";
import { Component, type AlarmRule } from "../../../components/core";
import { Dashboard } from "../../../components/observability/dashboard";
import { GRID_COLUMNS, layOut, type Place } from "../../../components/observability/dashboard-layout";
import { componentContract } from "../../support/contract";
import { named, recordProgram } from "../../support/record";

const rule = (changes: Partial<AlarmRule> = {}): AlarmRule => ({
  severity: "critical",
  description: "Test.",
  metric: { namespace: "AWS/SQS", name: "NumberOfMessagesSent", dimensions: { QueueName: "orders" }, statistic: "Sum" },
  comparison: "GreaterThanThreshold",
  threshold: 10,
  ...changes,
});

class Watched extends Component {
  constructor(name: string, alarms: readonly AlarmRule[], opts?: pulumi.ComponentResourceOptions, region?: string) {
    super("palisade:test:Watched", name, { region }, opts);
    alarms.forEach((alarm, index) => this.alarm(`alarm${index}`, alarm));
    this.registerOutputs({});
  }
}

interface WidgetJson extends Place {
  type: string;
  properties: Record<string, unknown>;
}

async function widgetsOf(program: () => void, options = {}): Promise<WidgetJson[]> {
  const recording = await recordProgram(program, options);
  const body: { widgets: WidgetJson[] } = JSON.parse(String(named(recording, "d-dashboard").inputs.dashboardBody));
  return body.widgets;
}

describe("Dashboard", () => {
  componentContract("observability", "Dashboard", {
    minimal: (name, opts) => new Dashboard(name, { components: [new Watched(`${name}-queue`, [rule()], opts)] }, opts),
    complete: (name, opts) =>
      new Dashboard(
        name,
        {
          components: [new Watched(`${name}-queue`, [rule(), rule({ severity: "warning", threshold: 5 })], opts)],
          title: "Payments",
          graphsPerRow: 4,
          transform: { dashboard: (args) => void (args.dashboardName = "payments") },
        },
        opts,
      ),
    errors: {
      "components without any alarm": {
        build: (name) => new Dashboard(name, { components: [new Watched(`${name}-queue`, [])] }),
        message: /components = \["one-queue"\] .* None of them has an alarm yet/,
      },
      "a component given twice": {
        build: (name) => {
          const queue = new Watched(`${name}-queue`, [rule()]);
          return new Dashboard(name, { components: [queue, queue] });
        },
        message: /"one-queue" stands twice/,
      },
      "more widgets than CloudWatch takes": {
        build: (name) =>
          new Dashboard(name, {
            components: [
              new Watched(
                `${name}-queue`,
                Array.from({ length: 500 }, () => rule()),
              ),
            ],
          }),
        message: /They need 507 widgets and a dashboard holds 500/,
      },
      "a number of graphs per row that the grid does not divide by": {
        build: (name) =>
          new Dashboard(name, {
            components: [new Watched(`${name}-queue`, [rule()])],
            graphsPerRow: 5 as unknown as 4,
          }),
        message: /graphsPerRow = 5 .* 1, 2, 3, 4/,
      },
    },
  });

  it("draws each alarm's metric in its own region, with the threshold", async () => {
    const [title, status, header, graph, ...more] = await widgetsOf(() => {
      const dimensions = { QueueName: "orders", Another: "first" };
      const metric = { namespace: "AWS/SQS", name: "Age", dimensions, statistic: "p99", period: 300 } as const;
      const queue = new Watched("orders", [rule({ metric, comparison: "LessThanThreshold" })], {}, "us-east-2");
      new Dashboard("d", { components: [queue] });
    });
    assert.deepEqual(more, []);
    assert.deepEqual(title?.properties.markdown, "# d");
    assert.deepEqual(status?.properties.alarms, ["arn:aws:cloudwatch:us-east-2:123456789012:alarm:test-orders-alarm0"]);
    assert.deepEqual(header?.properties.markdown, "## orders");
    assert.deepEqual(graph?.properties, {
      title: "Age (critical)",
      view: "timeSeries",
      region: "us-east-2",
      stat: "p99",
      period: 300,
      metrics: [["AWS/SQS", "Age", "Another", "first", "QueueName", "orders"]],
      annotations: { horizontal: [{ label: "critical", value: 10, color: "#d13212", fill: "below" }] },
    });
  });

  it("resolves dimensions that are outputs, and knows its alarms at preview", async () => {
    const program = () => {
      const topic = new aws.sns.Topic("topic", { name: "orders" });
      const metric = {
        namespace: "AWS/SNS",
        name: "Sent",
        dimensions: { TopicName: topic.name },
        statistic: "Sum",
      } as const;
      new Dashboard("d", { components: [new Watched("orders", [rule({ metric })])] });
    };
    const [, status, , graph] = await widgetsOf(program, { preview: true });
    assert.deepEqual(graph?.properties.metrics, [["AWS/SNS", "Sent", "TopicName", "orders"]]);
    assert.deepEqual(status?.properties.alarms, ["arn:aws:cloudwatch:eu-west-1:123456789012:alarm:test-orders-alarm0"]);
  });

  it("shows what is inside a component, and leaves out what has no alarm", async () => {
    const widgets = await widgetsOf(() => {
      const region = new Watched("region", []);
      const service = new Watched("service", [rule()], { parent: region });
      new Watched("queue", [rule()], { parent: service });
      new Watched("quiet", [], { parent: region });
      new Dashboard("d", { components: [region] });
    });
    const headers = widgets
      .map((widget) => widget.properties.markdown)
      .filter((text) => String(text).startsWith("## "));
    assert.deepEqual(headers, ["## service", "## queue"]);
  });

  it("spreads alarms over status widgets of 100 at most", async () => {
    const widgets = await widgetsOf(() => {
      const queue = new Watched(
        "orders",
        Array.from({ length: 130 }, () => rule()),
      );
      new Dashboard("d", { components: [queue] });
    });
    const sizes = widgets.filter((w) => w.type === "alarm").map((w) => (w.properties.alarms as string[]).length);
    assert.deepEqual(sizes, [100, 30]);
    assertApart(widgets);
  });

  it("links to the console of its partition", async () => {
    const urls: string[] = [];
    await recordProgram(() => {
      for (const region of ["eu-west-1", "cn-north-1", "us-gov-west-1"]) {
        const watched = new Watched(`orders-${region}`, [rule()], {}, region);
        new Dashboard(`d-${region}`, { components: [watched], region }).url.apply((url) => urls.push(url));
      }
    });
    assert.deepEqual(urls, [
      "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#dashboards/dashboard/test-d-eu-west-1",
      "https://cn-north-1.console.amazonaws.cn/cloudwatch/home?region=cn-north-1#dashboards/dashboard/test-d-cn-north-1",
      "https://us-gov-west-1.console.amazonaws-us-gov.com/cloudwatch/home?region=us-gov-west-1#dashboards/dashboard/test-d-us-gov-west-1",
    ]);
  });
});

describe("dashboard layout", () => {
  const sections = fc.array(
    fc.record({
      header: fc.constant("header"),
      headerHeight: fc.integer({ min: 1, max: 3 }),
      widgets: fc.array(fc.constant("widget"), { maxLength: 12 }),
    }),
    { maxLength: 12 },
  );
  const options = fc.record({
    top: fc.nat(20),
    perRow: fc.constantFrom(1, 2, 3, 4, 6),
    height: fc.integer({ min: 1, max: 9 }),
  });

  it("keeps every widget on the grid, and no two on one place", () => {
    fc.assert(
      fc.property(sections, options, (list, how) => {
        const places = layOut(list, how).map(({ place }) => place);
        for (const place of places)
          assert.ok(place.x >= 0 && place.x + place.width <= GRID_COLUMNS && place.y >= how.top);
        assertApart(places);
      }),
    );
  });

  it("moves nothing when a section is added after it", () => {
    fc.assert(
      fc.property(sections, options, (list, how) => {
        const before = layOut(list, how);
        const after = layOut([...list, { header: "header", headerHeight: 1, widgets: ["one", "two"] }], how);
        assert.deepEqual(after.slice(0, before.length), before);
      }),
    );
  });
});

function assertApart(places: readonly Place[]): void {
  const taken = new Set<string>();
  for (const { x, y, width, height } of places) {
    for (let column = x; column < x + width; column++) {
      for (let row = y; row < y + height; row++) {
        assert.ok(!taken.has(`${column},${row}`), `two widgets on ${column},${row}`);
        taken.add(`${column},${row}`);
      }
    }
  }
}
