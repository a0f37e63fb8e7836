import type { Models } from "../model";

export const lambda: Models = {
  "aws:lambda/permission:Permission": {
    id: (f) => f.text("statementId") || `terraform-${f.hex(26)}`,
    outputs: (f) => ({ statementId: f.text("statementId") || `terraform-${f.hex(26)}` }),
  },
};
