import type { Models } from "../model";

export const shield: Models = {
  "aws:shield/subscription:Subscription": { id: (f) => f.account },
  "aws:shield/protection:Protection": {
    nameProperty: "name",
    id: (f) => f.uuid(),
    outputs: (f) => ({ arn: f.globalArn("shield", `protection/${f.uuid()}`) }),
  },
  "aws:shield/protectionHealthCheckAssociation:ProtectionHealthCheckAssociation": {
    id: (f) => `${f.text("shieldProtectionId")}+${f.text("healthCheckArn")}`,
  },
  "aws:shield/applicationLayerAutomaticResponse:ApplicationLayerAutomaticResponse": {
    id: (f) => f.text("resourceArn"),
  },
};
