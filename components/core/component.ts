import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AlarmRule, AlarmTopics } from "./alarms";
import { ArgumentCheck, ArgumentError } from "./errors";
import { contentOf } from "./json-document";
import { type NameKind, physicalName } from "./names";
import { type Partition, partitionOf } from "./partition";

export type Environment = "production" | "development";

/** What the data behind a resource is. `cardholder` puts it in the PCI DSS cardholder data environment. */
export type DataClass = "cardholder" | "confidential" | "internal" | "public";

/** Arguments that every component takes. Each one left out is inherited from the parent component. */
export interface ComponentArgs {
  /**
   * `production` (default) keeps every safeguard; `development` relaxes deletion protection, final snapshots, `protect`, Multi-AZ and
   * capacity. It never relaxes encryption or least privilege.
   */
  environment?: Environment;
  /** AWS region of every regional child, e.g. `eu-west-1`. Default: the parent's, else the provider's (`aws:region`). */
  region?: string;
  /** Default `confidential`. */
  dataClass?: DataClass;
  /** Team that answers for it; the `owner` tag. Default `platform`. */
  owner?: string;
  /** Further tags for every taggable child. */
  tags?: Readonly<Record<string, string>>;
  /**
   * Managed policy, by name or ARN, that bounds what every IAM role below may do, whatever its own policies say
   * (https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html). Default: none.
   */
  permissionsBoundary?: string;
  /** Where alarms go: topics of the component's own region. Default: those of a parent in the same region; without any, alarms exist and change state but notify nobody. */
  alarmTopics?: AlarmTopics;
}

/** What a component passes on to the components below it. */
export interface ComponentContext {
  readonly environment: Environment;
  readonly region: string;
  readonly partition: Partition;
  readonly dataClass: DataClass;
  readonly owner: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly permissionsBoundary?: string;
  readonly alarmTopics?: AlarmTopics;
  /** Name of the bucket, in the same region, that keeps the access logs of the others. */
  readonly accessLogBucket?: pulumi.Input<string>;
}

/**
 * Changes one child's arguments before it is registered: either values that replace the component's own, or a function that
 * edits `args` and `opts` in place.
 */
export type Transform<Args> = Partial<Args> | ((args: Args, opts: pulumi.CustomResourceOptions, name: string) => void);

/** An alarm and the rule behind it; a dashboard draws one graph for each. */
export interface Alarm {
  readonly rule: AlarmRule;
  readonly resource: aws.cloudwatch.MetricAlarm;
}

/** JSON documents: `<type>::<logical name>` of the resource that holds one -> its property -> what it says. */
type Documents = Record<string, Record<string, object>>;

/** awsx's remote components pass `region` and `tags` on to the children that only their provider sees. */
const TAKES_CONTEXT = /^awsx?:/;
/** AWS's `Name` tag means something on these services' resources only: their consoles show it instead of the id. */
const NAMED_BY_TAG = /^aws:(ec2|vpc|ebs)\//;
const ROLE = "aws:iam/role:Role";
/** Its `tags` argument is a list with `propagateAtLaunch`; the component that makes one sets it itself. */
const TAGS_AS_LIST = "aws:autoscaling/group:Group";

/**
 * Base of every Palisade component: a type token `palisade:<concern>:<Name>`, an inherited context (environment, region, tags,
 * where alarms go), and children that carry the component's name, region and tags without being told.
 *
 * Errors: {@link ArgumentError} for an Output or an empty string as the name, and when no region can be found.
 */
export abstract class Component extends pulumi.ComponentResource {
  /** The logical name; every child's name starts with it. */
  readonly name: string;
  /**
   * What AWS knows the component by, in physical names and in descriptions that can not be changed: `name`, unless an alias tells that the component, or one
   * that it is in, was called otherwise. So a rename by an alias replaces nothing. With several aliases the first one counts: list them oldest first.
   */
  readonly identity: string;
  /** Alarms of this component (not of the components inside it), in order of creation. */
  readonly alarms: Alarm[] = [];
  /** Components directly inside this one, in order of creation. */
  readonly parts: Component[] = [];
  protected readonly check: ArgumentCheck;
  private readonly contextParent: Component | undefined;
  private ownContext: ComponentContext;
  private readonly documents: Documents;
  private accountId: pulumi.Output<string> | undefined;

  protected constructor(
    type: `palisade:${string}:${string}`,
    name: string,
    args: ComponentArgs,
    opts: pulumi.ComponentResourceOptions = {},
  ) {
    const kind = type.split(":")[2] ?? type;
    const label = `${kind} "${typeof name === "string" ? name : "?"}"`;
    if (typeof name !== "string" || !/^[A-Za-z][A-Za-z0-9-]*$/.test(name)) {
      throw new ArgumentError(
        kind,
        "name",
        name,
        "Give a plain string of letters, digits and hyphens that begins with a letter; an Output is not known when resources are named.",
      );
    }
    const parent = opts.parent instanceof Component ? opts.parent : undefined;
    const context = inheritContext(label, args, parent?.context);
    const documents: Documents = {};
    super(
      type,
      name,
      {},
      { ...opts, transformations: [...(opts.transformations ?? []), carry(type, context), collect(documents)] },
    );
    this.name = name;
    this.identity = nameBefore(opts.aliases) ?? identityIn(parent, name);
    this.documents = documents;
    this.ownContext = context;
    this.check = new ArgumentCheck(label);
    parent?.parts.push(this);
    // A provider of its own may mean another account, so the parent's answer does not hold there.
    this.contextParent = opts.provider === undefined && opts.providers === undefined ? parent : undefined;
  }

  /** What this component inherited and passes on. */
  get context(): ComponentContext {
    return this.ownContext;
  }

  /**
   * Sends the alarms of everything created in here from now on to `topics`. For a component that holds its own topics, such as a region:
   * they can not be given to its constructor, because they come after it.
   */
  sendAlarmsTo(topics: AlarmTopics): void {
    this.ownContext = { ...this.ownContext, alarmTopics: topics };
  }

  /** Sends the S3 access logs of every bucket created in here from now on to the bucket of this name, in this component's own region. */
  logAccessTo(bucketName: pulumi.Input<string>): void {
    this.ownContext = { ...this.ownContext, accessLogBucket: bucketName };
  }

  /** True unless the environment is `development`. */
  get production(): boolean {
    return this.context.environment === "production";
  }

  /** Days that logs are kept where nobody says otherwise: 365, as PCI DSS 10.5.1 asks for twelve months; in development 30. */
  get logRetentionInDays(): number {
    return this.production ? 365 : 30;
  }

  /** This AWS account's id, 12 digits. Asked once per component tree. */
  get account(): pulumi.Output<string> {
    this.accountId ??=
      this.contextParent?.account ??
      aws.getCallerIdentityOutput({}, { parent: this }).apply((caller) => caller.accountId);
    return this.accountId;
  }

  /** Logical name of a child. */
  childName(suffix: string): string {
    return `${this.name}-${suffix}`;
  }

  /** Physical name of a child, `<stack>-<component>-<suffix>`, within AWS's limit for its kind. */
  physicalName(kind: NameKind, suffix?: string, reserve = 0): string {
    return physicalName(kind, suffix === undefined ? this.identity : `${this.identity}-${suffix}`, reserve);
  }

  /** Options of a child: this component is its parent; `transform` is applied last. */
  childOptions<Args>(
    options: pulumi.CustomResourceOptions = {},
    transform?: Transform<Args>,
  ): pulumi.CustomResourceOptions {
    const merged: pulumi.CustomResourceOptions = { ...options, parent: this };
    if (transform !== undefined)
      merged.transformations = [...(options.transformations ?? []), asTransformation(transform)];
    return merged;
  }

  /** Options of a child that holds data: protected from deletion in production. */
  statefulOptions<Args>(
    options: pulumi.CustomResourceOptions = {},
    transform?: Transform<Args>,
  ): pulumi.CustomResourceOptions {
    return this.childOptions({ ...options, protect: this.production }, transform);
  }

  /**
   * ARN of a resource in this account, region and partition, built from its fixed name so that it is known before the resource
   * exists. `region: ""` for a global service such as IAM.
   */
  arnOf(service: string, resource: pulumi.Input<string>, region = this.context.region): pulumi.Output<string> {
    return pulumi.interpolate`arn:${this.context.partition.id}:${service}:${region}:${this.account}:${resource}`;
  }

  /**
   * Registers `outputs` and beside them, as `documents`, what the JSON documents below this component say: policy packs read it there while a text is
   * unknown, which it is before the first update as soon as it holds one ARN that AWS has yet to give.
   */
  protected override registerOutputs(outputs: pulumi.Inputs = {}): void {
    // Not now: grants come after the constructor.
    const later = Promise.resolve().then(() =>
      Object.keys(this.documents).length === 0 ? outputs : { ...outputs, documents: this.documents },
    );
    super.registerOutputs(later);
  }

  /** Creates an alarm on one of this component's metrics and keeps it for dashboards. */
  protected alarm(suffix: string, rule: AlarmRule): aws.cloudwatch.MetricAlarm {
    const { metric } = rule;
    const topic = this.context.alarmTopics?.[rule.severity];
    const evaluationPeriods = rule.evaluationPeriods ?? 5;
    const percentile = metric.statistic.startsWith("p");
    const resource = new aws.cloudwatch.MetricAlarm(
      this.childName(suffix),
      {
        name: this.physicalName("alarm", suffix),
        alarmDescription: `[${rule.severity}] ${rule.description}`,
        namespace: metric.namespace,
        metricName: metric.name,
        dimensions: { ...metric.dimensions },
        ...(percentile ? { extendedStatistic: metric.statistic } : { statistic: metric.statistic }),
        period: metric.period ?? 60,
        evaluationPeriods,
        datapointsToAlarm: rule.datapointsToAlarm ?? evaluationPeriods,
        comparisonOperator: rule.comparison,
        threshold: rule.threshold,
        treatMissingData: rule.treatMissingData ?? "notBreaching",
        alarmActions: [...(topic === undefined ? [] : [topic]), ...(rule.actions ?? [])],
        okActions: topic === undefined ? [] : [topic],
      },
      this.childOptions(),
    );
    this.alarms.push({ rule, resource });
    return resource;
  }
}

/** What a component was called first, as its aliases tell; undefined where none tells of another name. */
function nameBefore(aliases: pulumi.ComponentResourceOptions["aliases"]): string | undefined {
  if (!Array.isArray(aliases)) return undefined;
  for (const alias of aliases) {
    if (typeof alias === "string") return alias.slice(alias.lastIndexOf("::") + 2);
    if (typeof alias === "object" && "name" in alias && typeof alias.name === "string") return alias.name;
  }
  return undefined;
}

function identityIn(parent: Component | undefined, name: string): string {
  const isNamedAfter = parent !== undefined && name.startsWith(`${parent.name}-`);
  return isNamedAfter ? parent.identity + name.slice(parent.name.length) : name;
}

function inheritContext(label: string, args: ComponentArgs, parent: ComponentContext | undefined): ComponentContext {
  const region = args.region ?? parent?.region ?? aws.config.region ?? process.env.AWS_REGION;
  if (!region) {
    throw new ArgumentError(
      label,
      "region",
      args.region,
      "Give `region`, place the component under a Region, or run `pulumi config set aws:region <region>`.",
    );
  }
  return {
    environment: args.environment ?? parent?.environment ?? "production",
    region,
    partition: partitionOf(region),
    dataClass: args.dataClass ?? parent?.dataClass ?? "confidential",
    owner: args.owner ?? parent?.owner ?? "platform",
    tags: { ...parent?.tags, ...args.tags },
    permissionsBoundary: args.permissionsBoundary ?? parent?.permissionsBoundary,
    // CloudWatch refuses a topic of another region.
    alarmTopics: args.alarmTopics ?? (parent?.region === region ? parent.alarmTopics : undefined),
    // S3 delivers within a region only.
    accessLogBucket: parent?.region === region ? parent.accessLogBucket : undefined,
  };
}

/**
 * Carries region, tags and the permissions boundary to every descendant. On @pulumi/aws v7 a regional resource class passes a `region` key to its base class and a
 * taggable one a `tags` key, even when undefined; global and untaggable ones do not. The nearest component wins, because
 * Pulumi applies the innermost transformation first.
 */
function carry(component: string, context: ComponentContext): pulumi.ResourceTransformation {
  const tags = {
    "palisade:component": component.replace(/^palisade:/, "").replace(":", "/"),
    "palisade:environment": context.environment,
    "palisade:data-class": context.dataClass,
    owner: context.owner,
    ...context.tags,
  };
  return ({ type, name, props, opts }) => {
    if (!TAKES_CONTEXT.test(type)) return undefined;
    const regional = "region" in props && props.region === undefined;
    const taggable = "tags" in props && type !== TAGS_AS_LIST;
    const bounded =
      type === ROLE && context.permissionsBoundary !== undefined && props.permissionsBoundary === undefined;
    if (!regional && !taggable && !bounded) return undefined;
    const changed: pulumi.Inputs = { ...props };
    if (regional) changed.region = context.region;
    if (bounded) changed.permissionsBoundary = boundaryArn(context, opts.parent);
    if (taggable) changed.tags = withTags(NAMED_BY_TAG.test(type) ? { Name: name, ...tags } : tags, props.tags);
    return { props: changed, opts };
  };
}

function boundaryArn(
  { permissionsBoundary = "", partition }: ComponentContext,
  parent: pulumi.Resource | undefined,
): pulumi.Input<string> {
  if (permissionsBoundary.startsWith("arn:") || !(parent instanceof Component)) return permissionsBoundary;
  return pulumi.interpolate`arn:${partition.id}:iam::${parent.account}:policy/${permissionsBoundary}`;
}

/** Documents that a component has taken, by the resources that hold them: the innermost component sees each first. */
const taken = new WeakMap<object, Set<string>>();

/** Keeps what the JSON documents of all resources below a component say. A text that a `transform` has put in place of one is not among them. */
function collect(documents: Documents): pulumi.ResourceTransformation {
  return ({ type, name, props }) => {
    for (const [property, text] of Object.entries(props)) {
      const content = contentOf(text);
      if (content === undefined) continue;
      const holder = `${type}::${name}`;
      const holders = taken.get(text) ?? new Set();
      if (holders.has(holder)) continue;
      taken.set(text, holders.add(holder));
      (documents[holder] ??= {})[property] = content;
    }
    return undefined;
  };
}

function withTags(
  inherited: Record<string, string>,
  own: pulumi.Input<Record<string, pulumi.Input<string>>> | undefined,
): pulumi.Input<Record<string, pulumi.Input<string>>> {
  if (own === undefined) return inherited;
  if (pulumi.Output.isInstance(own) || own instanceof Promise)
    return pulumi.output(own).apply((set) => ({ ...inherited, ...set }));
  return { ...inherited, ...own };
}

function asTransformation<Args>(transform: Transform<Args>): pulumi.ResourceTransformation {
  return ({ name, props, opts }) => {
    const args = { ...props };
    if (typeof transform === "function") {
      // Pulumi hands a transformation the arguments without their type; this is the child's own constructor's.
      transform(args as Args, opts as pulumi.CustomResourceOptions, name);
      return { props: args, opts };
    }
    return { props: { ...args, ...transform }, opts };
  };
}
