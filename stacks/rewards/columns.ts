import type { ArchiveColumns } from "../../components/data/archive-columns";

/** What onboarding says of a new user. Names and addresses stay in the users domain: the archive knows users by their id. */
export const USER_COLUMNS = {
  event_id: { type: "string", jsonKey: "eventId" },
  kind: { type: "string", comment: "What happened, e.g. signed-up" },
  user_id: { type: "string", jsonKey: "userId" },
  user_kind: { type: "string", jsonKey: "userKind", comment: "civilian, officer, merchant, charity, family" },
  country: "string",
  at: "timestamp",
} satisfies ArchiveColumns;

/** What scoring says of a transaction. */
export const TRANSACTION_COLUMNS = {
  transaction_id: { type: "string", jsonKey: "transactionId" },
  kind: { type: "string", comment: "encounter, donation, gift, purchase" },
  from_user_id: { type: "string", jsonKey: "fromUserId" },
  to_user_id: { type: "string", jsonKey: "toUserId" },
  merchant_id: { type: "string", jsonKey: "merchantId", comment: "Of a purchase" },
  rule_id: { type: "string", jsonKey: "ruleId", comment: "Which rule gave the points" },
  points: "bigint",
  at: "timestamp",
} satisfies ArchiveColumns;
