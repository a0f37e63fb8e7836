import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type AlarmRule, ArgumentError, Component, type ComponentArgs, type Transform } from "../../../components/core";
import { named, recordProgram } from "../../support/record";

interface ShelfArgs extends ComponentArgs {
  transform?: Transform<aws.sqs.QueueArgs>;
}

/** A component with one child of each sort that the base class treats differently. */
class Shelf extends Component {
  readonly queue: aws.sqs.Queue;

  constructor(name: string, args: ShelfArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:test:Shelf", name, args, opts);
    this.queue = new aws.sqs.Queue(
      this.childName("queue"),
      { visibilityTimeoutSeconds: 30 },
      this.childOptions({}, args.transform),
    );
    new aws.ec2.Vpc(this.childName("vpc"), { cidrBlock: "10.0.0.0/16" }, this.statefulOptions());
    new aws.iam.Role(this.childName("role"), { assumeRolePolicy: "{}", tags: { own: "yes" } }, this.childOptions());
    this.registerOutputs({});
  }

  raise(suffix: string, rule: Partial<AlarmRule> = {}): aws.cloudwatch.MetricAlarm {
    return this.alarm(suffix, {
      severity: "critical",
      description: "Too old. Look.",
      metric: { namespace: "AWS/SQS", name: "Age", dimensions: { QueueName: this.queue.name }, statistic: "Maximum" },
      comparison: "GreaterThanThreshold",
      threshold: 60,
      ...rule,
    });
  }
}

class Room extends Component {
  constructor(name: string, args: ComponentArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:test:Room", name, args, opts);
    this.registerOutputs({});
  }
}

const TAGS = {
  "palisade:component": "test/Shelf",
  "palisade:environment": "production",
  "palisade:data-class": "confidential",
  owner: "platform",
};

describe("Component", () => {
  describe("name", () => {
    for (const name of ["", "1st", "-a", "a b", "a_b", "a/b"]) {
      it(`refuses ${JSON.stringify(name)}`, async () => {
        await recordProgram(() => {
          assert.throws(
            () => new Room(name),
            (error) => error instanceof ArgumentError && error.message.includes("begins with a letter"),
          );
        });
      });
    }

    it("refuses an Output, which Pulumi would print into the name", async () => {
      const recording = await recordProgram(() => {
        // As a program does by mistake: template literals and concatenation take an Output silently.
        const output: unknown = pulumi.output("queue");
        assert.throws(
          () => Reflect.construct(Room, [output]),
          (error) =>
            error instanceof ArgumentError &&
            /^Room: name = an Output is not valid\. Give a plain string/.test(error.message),
        );
      });
      assert.equal(recording.resources.filter(({ type }) => type === "palisade:test:Room").length, 0);
    });

    it("refuses what an Output becomes inside a template literal", async () => {
      await recordProgram(() => {
        assert.throws(() => new Room(`room-${String(pulumi.output("a"))}`), ArgumentError);
      });
    });
  });

  describe("identity", () => {
    const identities = async (make: (note: (component: Component) => void) => void): Promise<string[]> => {
      const found: string[] = [];
      await recordProgram(() => make((component) => void found.push(component.identity)));
      return found;
    };

    it("is the name, and before a rename what the first alias says, for what is named after the component as well", async () => {
      const found = await identities((note) => {
        const renamed = new Room("new", {}, { aliases: [{ name: "old" }, { name: "older" }] });
        const inside = new Room("new-part", {}, { parent: renamed });
        note(new Room("plain"));
        note(renamed);
        note(inside);
        note(new Room("new-part-small", {}, { parent: inside }));
        note(new Room("newest", {}, { parent: renamed }));
        note(
          new Room("third", {}, { parent: renamed, aliases: ["urn:pulumi:test::test::palisade:test:Room::second"] }),
        );
        note(new Room("moved", {}, { aliases: [{ parent: renamed }] }));
      });
      assert.deepEqual(found, ["plain", "old", "old-part", "old-part-small", "newest", "second", "moved"]);
    });

    it("is in physical names, which a rename therefore keeps", async () => {
      const names: string[] = [];
      await recordProgram(() => {
        const room = new Room("new", {}, { aliases: [{ name: "old" }] });
        names.push(
          room.name,
          room.childName("queue"),
          room.physicalName("sqsQueue", "queue"),
          room.physicalName("alarm"),
        );
      });
      assert.deepEqual(names, ["new", "new-queue", "test-old-queue", "test-old"]);
    });
  });

  describe("region", () => {
    it("comes from the argument, the parent, the provider's configuration, in this order", async () => {
      const recording = await recordProgram(() => {
        const room = new Room("room", { region: "us-east-2" });
        assert.equal(new Shelf("own", { region: "ap-south-1" }, { parent: room }).context.region, "ap-south-1");
        assert.equal(new Shelf("inherited", {}, { parent: room }).context.region, "us-east-2");
        assert.equal(new Shelf("configured").context.region, "eu-west-1");
      });
      assert.equal(named(recording, "own-queue").inputs.region, "ap-south-1");
      assert.equal(named(recording, "inherited-queue").inputs.region, "us-east-2");
      assert.equal(named(recording, "configured-queue").inputs.region, "eu-west-1");
    });

    it("reaches a raw resource below, keeps one that it names itself, and skips global types", async () => {
      const recording = await recordProgram(() => {
        const room = new Room("room", { region: "us-east-2" });
        new aws.sqs.Queue("below", {}, { parent: new Shelf("shelf", {}, { parent: room }) });
        new aws.sqs.Queue("elsewhere", { region: "us-east-1" }, { parent: room });
      });
      assert.equal(named(recording, "below").inputs.region, "us-east-2");
      assert.equal(named(recording, "elsewhere").inputs.region, "us-east-1");
      assert.equal("region" in named(recording, "shelf-role").inputs, false);
    });

    it("is an error when none can be found, before anything is registered", async () => {
      const saved = process.env.AWS_REGION;
      delete process.env.AWS_REGION;
      try {
        const recording = await recordProgram(
          () => {
            assert.throws(
              () => new Room("room"),
              (error) =>
                error instanceof ArgumentError &&
                /Room "room": region = undefined .*`pulumi config set aws:region <region>`/.test(error.message),
            );
          },
          { config: {} },
        );
        assert.equal(recording.resources.filter(({ type }) => type === "palisade:test:Room").length, 0);
      } finally {
        if (saved !== undefined) process.env.AWS_REGION = saved;
      }
    });

    it("decides the partition and the ARNs", async () => {
      const recording = await recordProgram(() => {
        const room = new Room("room", { region: "us-gov-west-1" });
        new aws.sqs.Queue(
          "q",
          { tags: { arn: room.arnOf("sqs", "q"), role: room.arnOf("iam", "role/r", "") } },
          { parent: room },
        );
      });
      const tags = named(recording, "q").inputs.tags as Record<string, string>;
      assert.equal(tags.arn, "arn:aws-us-gov:sqs:us-gov-west-1:123456789012:q");
      assert.equal(tags.role, "arn:aws-us-gov:iam::123456789012:role/r");
    });
  });

  describe("tags", () => {
    it("stand on every taggable child, with a Name where AWS's console shows one", async () => {
      const recording = await recordProgram(() => void new Shelf("shelf"));
      assert.deepEqual(named(recording, "shelf-queue").inputs.tags, TAGS);
      assert.deepEqual(named(recording, "shelf-vpc").inputs.tags, { Name: "shelf-vpc", ...TAGS });
      assert.deepEqual(named(recording, "shelf-role").inputs.tags, { ...TAGS, own: "yes" });
    });

    it("are inherited, and the nearest component wins", async () => {
      const recording = await recordProgram(() => {
        const room = new Room("room", {
          environment: "development",
          owner: "payments",
          dataClass: "cardholder",
          tags: { system: "payments", tier: "room" },
        });
        new Shelf("shelf", { owner: "ledger", tags: { tier: "shelf" } }, { parent: room });
      });
      assert.deepEqual(named(recording, "shelf-queue").inputs.tags, {
        "palisade:component": "test/Shelf",
        "palisade:environment": "development",
        "palisade:data-class": "cardholder",
        owner: "ledger",
        system: "payments",
        tier: "shelf",
      });
    });

    it("merge with tags that are only known later", async () => {
      const recording = await recordProgram(() => {
        const shelf = new Shelf("shelf");
        new aws.sqs.Queue("q", { tags: pulumi.output({ own: "yes" }) }, { parent: shelf });
      });
      assert.deepEqual(named(recording, "q").inputs.tags, { ...TAGS, own: "yes" });
    });
  });

  describe("permissions boundary", () => {
    it("reaches every role below, by name or by ARN, and leaves one that has its own", async () => {
      const recording = await recordProgram(() => {
        const room = new Room("room", { permissionsBoundary: "workloads" });
        new Shelf("shelf", {}, { parent: room });
        const own = "arn:aws:iam::123456789012:policy/stricter";
        new aws.iam.Role("role", { assumeRolePolicy: "{}", permissionsBoundary: own }, { parent: room });
        new Shelf("other", { permissionsBoundary: own });
      });
      const boundary = (name: string) => named(recording, name).inputs.permissionsBoundary;
      assert.equal(boundary("shelf-role"), "arn:aws:iam::123456789012:policy/workloads");
      assert.equal(boundary("role"), "arn:aws:iam::123456789012:policy/stricter");
      assert.equal(boundary("other-role"), "arn:aws:iam::123456789012:policy/stricter");
    });

    it("is none unless somebody names one", async () => {
      const recording = await recordProgram(() => void new Shelf("shelf"));
      assert.ok(!("permissionsBoundary" in named(recording, "shelf-role").inputs));
    });
  });

  describe("environment", () => {
    it("is production unless said otherwise, and protects stateful children only then", async () => {
      const recording = await recordProgram(() => {
        assert.equal(new Shelf("prod").production, true);
        const dev = new Room("room", { environment: "development" });
        assert.equal(new Shelf("dev", {}, { parent: dev }).production, false);
      });
      assert.equal(named(recording, "prod-vpc").protect, true);
      assert.equal(named(recording, "prod-queue").protect, false);
      assert.equal(named(recording, "dev-vpc").protect, false);
    });
  });

  describe("transform", () => {
    it("replaces single arguments", async () => {
      const recording = await recordProgram(() => void new Shelf("shelf", { transform: { delaySeconds: 5 } }));
      const { inputs } = named(recording, "shelf-queue");
      assert.deepEqual([inputs.delaySeconds, inputs.visibilityTimeoutSeconds], [5, 30]);
    });

    it("edits arguments and options in place, and sees the child's name", async () => {
      let seen = "";
      const recording = await recordProgram(
        () =>
          void new Shelf("shelf", {
            transform: (args, opts, name) => {
              seen = name;
              args.visibilityTimeoutSeconds = 60;
              opts.ignoreChanges = ["delaySeconds"];
            },
          }),
      );
      const queue = named(recording, "shelf-queue");
      assert.equal(seen, "shelf-queue");
      assert.equal(queue.inputs.visibilityTimeoutSeconds, 60);
      assert.deepEqual(queue.ignoreChanges, ["delaySeconds"]);
      assert.equal(queue.inputs.region, "eu-west-1");
      assert.deepEqual(queue.inputs.tags, TAGS);
    });
  });

  describe("alarms", () => {
    const topics = {
      critical: "arn:aws:sns:eu-west-1:123456789012:page",
      warning: "arn:aws:sns:eu-west-1:123456789012:mail",
    };

    it("go to the topic of their severity, inherited from above, when they start and when they end", async () => {
      const recording = await recordProgram(() => {
        const shelf = new Shelf("shelf", {}, { parent: new Room("room", { alarmTopics: topics }) });
        shelf.raise("age");
        shelf.raise("slow", { severity: "warning" });
        assert.deepEqual(
          shelf.alarms.map(({ rule }) => rule.severity),
          ["critical", "warning"],
        );
      });
      const age = named(recording, "shelf-age").inputs;
      assert.deepEqual([age.alarmActions, age.okActions], [[topics.critical], [topics.critical]]);
      assert.deepEqual(named(recording, "shelf-slow").inputs.alarmActions, [topics.warning]);
      assert.equal(age.name, "test-shelf-age");
      assert.equal(age.alarmDescription, "[critical] Too old. Look.");
    });

    it("go to the topics that a component names after it stands, from then on", async () => {
      const recording = await recordProgram(() => {
        const room = new Room("room");
        new Shelf("early", {}, { parent: room }).raise("age");
        room.sendAlarmsTo(topics);
        new Shelf("late", {}, { parent: room }).raise("age");
      });
      assert.deepEqual(named(recording, "early-age").inputs.alarmActions, []);
      assert.deepEqual(named(recording, "late-age").inputs.alarmActions, [topics.critical]);
    });

    it("never go to a parent's topics of another region, which CloudWatch refuses", async () => {
      const recording = await recordProgram(() => {
        const room = new Room("room", { alarmTopics: topics });
        new Shelf("near", { region: "eu-west-1" }, { parent: room }).raise("age");
        new Shelf("far", { region: "us-east-1" }, { parent: room }).raise("age");
        new Shelf("own", { region: "us-east-1", alarmTopics: topics }, { parent: room }).raise("age");
      });
      assert.deepEqual(named(recording, "near-age").inputs.alarmActions, [topics.critical]);
      assert.deepEqual(named(recording, "far-age").inputs.alarmActions, []);
      assert.deepEqual(named(recording, "own-age").inputs.alarmActions, [topics.critical]);
    });

    it("exist without a topic, and look at five minutes of data by default", async () => {
      const recording = await recordProgram(() => void new Shelf("shelf").raise("age"));
      const { alarmActions, okActions, period, evaluationPeriods, datapointsToAlarm, treatMissingData, statistic } =
        named(recording, "shelf-age").inputs;
      assert.deepEqual([alarmActions, okActions], [[], []]);
      assert.deepEqual([period, evaluationPeriods, datapointsToAlarm], [60, 5, 5]);
      assert.deepEqual([treatMissingData, statistic], ["notBreaching", "Maximum"]);
    });

    it("give a percentile as CloudWatch's extended statistic", async () => {
      const recording = await recordProgram(() => {
        const metric = { namespace: "AWS/ApiGateway", name: "Latency", dimensions: { ApiName: "api" } };
        new Shelf("shelf").raise("late", {
          metric: { ...metric, statistic: "p99", period: 300 },
          evaluationPeriods: 3,
        });
      });
      const { statistic, extendedStatistic, period, datapointsToAlarm } = named(recording, "shelf-late").inputs;
      assert.deepEqual([statistic, extendedStatistic, period, datapointsToAlarm], [undefined, "p99", 300, 3]);
    });
  });

  it("knows the components directly inside it, in order of creation", async () => {
    await recordProgram(() => {
      const room = new Room("room");
      const shelves = ["one", "two"].map((name) => new Shelf(name, {}, { parent: room }));
      new Room("deep", {}, { parent: shelves[0] });
      assert.deepEqual(room.parts, shelves);
    });
  });

  it("asks for the account once for a tree, and anew under a provider of its own", async () => {
    await recordProgram(() => {
      const room = new Room("room");
      const shelf = new Shelf("shelf", {}, { parent: room });
      assert.equal(shelf.account, room.account);
      assert.equal(shelf.account, shelf.account);
      const provider = new aws.Provider("other", { region: "eu-west-1" });
      const guest = new Shelf("guest", {}, { parent: room, provider });
      assert.notEqual(guest.account, room.account);
    });
  });
});
