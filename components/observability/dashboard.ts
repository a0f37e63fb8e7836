import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Alarm, Component, type ComponentArgs, type Partition, type Severity, type Transform } from "../core";
import { GRID_COLUMNS, layOut, type Place } from "./dashboard-layout";

export interface DashboardArgs extends ComponentArgs {
  /** Components to show, with all that is inside them; one without alarms gets no section. Give a `Region` to show everything in it. */
  components: readonly Component[];
  /** Heading, in Markdown. Default: the dashboard's name. */
  title?: string;
  /** Graphs side by side, 1, 2, 3 or 4. Default 3. */
  graphsPerRow?: 1 | 2 | 3 | 4;
  transform?: { dashboard?: Transform<aws.cloudwatch.DashboardArgs> };
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html: 500 widgets on a dashboard, 2,500 metrics in all of them. Every
// graph here has one metric, so the widgets run out first.
const MAX_WIDGETS = 500;
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
const MAX_ALARMS_PER_WIDGET = 100;

const TITLE_HEIGHT = 2;
const HEADER_HEIGHT = 1;
const GRAPH_HEIGHT = 6;
const ALARMS_PER_STATUS_ROW = 4;
const COLORS: Readonly<Record<Severity, string>> = { critical: "#d13212", warning: "#ff9900" };

/** A widget of a dashboard body, its place aside. */
interface Widget {
  readonly type: "text" | "alarm" | "metric";
  readonly properties: Readonly<Record<string, unknown>>;
}

interface Watched {
  readonly component: Component;
  readonly alarm: Alarm;
}

/**
 * A CloudWatch dashboard made from components: the state of all their alarms on top, then per component a header and one graph for each alarm,
 * its metric with the threshold drawn in.
 *
 *     new Dashboard("payments", { components: [region] });
 *
 * Give it what was made before it: alarms that come later are not on it. Dashboards have no region; a name is unique in the account. Cost: 3 USD a
 * month each, beyond the first three of an account.
 */
export class Dashboard extends Component {
  readonly dashboardName: pulumi.Output<string>;
  /** Opens it in the AWS console. */
  readonly url: pulumi.Output<string>;
  readonly nodes: { readonly dashboard: aws.cloudwatch.Dashboard };

  constructor(name: string, args: DashboardArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:observability:Dashboard", name, args, opts);
    const perRow = args.graphsPerRow ?? 3;
    this.check.oneOf("graphsPerRow", perRow, [1, 2, 3, 4]);
    const sections = args.components.flatMap(withParts).filter((component) => component.alarms.length > 0);
    this.check.unique(
      "components",
      sections.map((component) => component.name),
    );
    this.check.that(
      sections.length > 0,
      "components",
      args.components.map((component) => component.name),
      "None of them has an alarm yet. Make the dashboard after the components that it shows.",
    );

    const widgets = this.widgets(sections, args.title ?? name, perRow);
    this.check.that(
      widgets.length <= MAX_WIDGETS,
      "components",
      args.components.map((component) => component.name),
      `They need ${widgets.length} widgets and a dashboard holds ${MAX_WIDGETS}. Make one dashboard per region or per concern.`,
    );
    const dashboard = new aws.cloudwatch.Dashboard(
      this.childName("dashboard"),
      { dashboardName: this.physicalName("dashboard"), dashboardBody: pulumi.jsonStringify({ widgets }) },
      this.childOptions({}, args.transform?.dashboard),
    );

    this.dashboardName = dashboard.dashboardName;
    this.url = pulumi.interpolate`${consoleOf(this.context.partition, this.context.region)}#dashboards/dashboard/${this.dashboardName}`;
    this.nodes = { dashboard };
    this.registerOutputs({ dashboardName: this.dashboardName, url: this.url });
  }

  private widgets(sections: readonly Component[], title: string, perRow: number): unknown[] {
    const watched = sections.flatMap((component) => component.alarms.map((alarm): Watched => ({ component, alarm })));
    let top = TITLE_HEIGHT;
    const statuses = chunks(watched, MAX_ALARMS_PER_WIDGET).map((group) => {
      const height = 1 + Math.ceil(group.length / ALARMS_PER_STATUS_ROW);
      const place = { x: 0, y: top, width: GRID_COLUMNS, height };
      top += height;
      return placed(place, alarmStatus(group));
    });
    const body = layOut(
      sections.map((component) => ({
        header: text(`## ${component.name}`),
        headerHeight: HEADER_HEIGHT,
        widgets: component.alarms.map((alarm) => graph(component, alarm)),
      })),
      { top, perRow, height: GRAPH_HEIGHT },
    );
    return [
      placed({ x: 0, y: 0, width: GRID_COLUMNS, height: TITLE_HEIGHT }, text(`# ${title}`)),
      ...statuses,
      ...body.map(({ widget, place }) => placed(place, widget)),
    ];
  }
}

function withParts(component: Component): Component[] {
  return [component, ...component.parts.flatMap(withParts)];
}

function placed(place: Place, widget: Widget): unknown {
  return { type: widget.type, ...place, properties: widget.properties };
}

function text(markdown: string): Widget {
  return { type: "text", properties: { markdown, background: "transparent" } };
}

function alarmStatus(group: readonly Watched[]): Widget {
  const alarms = group.map(({ component, alarm }) =>
    // From the name, which is known before the alarm exists.
    component.arnOf("cloudwatch", pulumi.interpolate`alarm:${alarm.resource.name}`),
  );
  return { type: "alarm", properties: { title: "Alarms", sortBy: "stateUpdatedTimestamp", alarms } };
}

function graph(component: Component, { rule }: Alarm): Widget {
  const { metric } = rule;
  const dimensions = Object.entries(metric.dimensions)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flat();
  return {
    type: "metric",
    properties: {
      title: `${metric.name} (${rule.severity})`,
      view: "timeSeries",
      region: component.context.region,
      stat: metric.statistic,
      period: metric.period ?? 60,
      metrics: [[metric.namespace, metric.name, ...dimensions]],
      annotations: {
        horizontal: [
          {
            label: rule.severity,
            value: rule.threshold,
            color: COLORS[rule.severity],
            fill: rule.comparison.startsWith("Greater") ? "above" : "below",
          },
        ],
      },
    },
  };
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

/** Each partition has a console of its own. */
function consoleOf(partition: Partition, region: string): string {
  const hosts: Readonly<Record<Partition["id"], string>> = {
    aws: `${region}.console.aws.amazon.com`,
    "aws-cn": `${region}.console.amazonaws.cn`,
    "aws-us-gov": `${region}.console.amazonaws-us-gov.com`,
  };
  return `https://${hosts[partition.id]}/cloudwatch/home?region=${region}`;
}
