import type { Models } from "../model";

export const sns: Models = {
  "aws:sns/topic:Topic": {
    nameProperty: "name",
    id: (f) => f.arn("sns", f.name),
    outputs: (f) => ({ arn: f.arn("sns", f.name), beginningArchiveTime: "", owner: f.account }),
  },
  "aws:sns/topicPolicy:TopicPolicy": { id: (f) => f.text("arn"), outputs: (f) => ({ owner: f.account }) },
  "aws:sns/topicSubscription:TopicSubscription": {
    id: (f) => `${f.text("topic")}:${f.uuid()}`,
    outputs: (f) => ({
      arn: `${f.text("topic")}:${f.uuid()}`,
      confirmationWasAuthenticated: false,
      ownerId: f.account,
      // Whoever owns an address confirms it by the link that AWS mails to it.
      pendingConfirmation: f.text("protocol").startsWith("email"),
    }),
  },
};
