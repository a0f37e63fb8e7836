// A few resources that depend on each other, one of which AWS makes twice when it is asked twice (a topic subscription) and one whose name is taken by the first.
const aws = require("@pulumi/aws");

module.exports = () => {
  const topic = new aws.sns.Topic("orders", { name: "orders" });
  const queue = new aws.sqs.Queue("mail", { name: "mail" }, { dependsOn: [topic] });
  const group = new aws.cloudwatch.LogGroup("logs", { retentionInDays: 7 }, { dependsOn: [topic] });
  const subscription = new aws.sns.TopicSubscription("orders-to-mail", {
    topic: topic.arn,
    protocol: "sqs",
    endpoint: queue.arn,
  });
  return { queue: queue.url, group: group.name, subscription: subscription.arn };
};
