import { closed, id, name } from "./types";

/** Body of `POST /scores`: a draft 4 schema, as API gateway takes it, so that any other body goes no further. */
export const scoreRequestBody = closed(
  { authorizationId: id, bank: name, reference: { type: "string", maxLength: 64 } },
  ["reference"],
);
