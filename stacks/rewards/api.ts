import type { Routes } from "../../components/edge/api-routes";
import type { FunctionName, ServiceName } from "./config";

/** Services that the gateway calls, each on a port of its own of the load balancer and of the nodes. User catalogs are for other services alone. */
export const ENTRANCES = {
  onboarding: { listenerPort: 8443, nodePort: 30_443 },
  "business-rules": { listenerPort: 8444, nodePort: 30_444 },
  "users-domain": { listenerPort: 8445, nodePort: 30_445 },
} as const satisfies Partial<Record<ServiceName, { readonly listenerPort: number; readonly nodePort: number }>>;
export type Entrance = keyof typeof ENTRANCES;

/** Functions that the gateway calls. */
export const API_FUNCTIONS = ["scoring", "tracking", "uploads", "qr"] as const satisfies readonly (
  FunctionName | "qr"
)[];

/**
 * What web and mobile clients call, each call with the token of a user who is signed in. The token goes on to the services, which know by its
 * groups who is an administrator, a merchant or a police officer.
 */
export const routes: Routes = {
  "/onboarding": { to: "onboarding", methods: ["POST"], auth: "cognito" },
  "/onboarding/{requestId}": { to: "onboarding", methods: ["GET"], auth: "cognito" },
  "/users/me": { to: "users-domain", methods: ["GET", "PATCH"], auth: "cognito" },
  "/users/me/transactions": { to: "users-domain", methods: ["GET"], auth: "cognito" },
  "/rules": { to: "business-rules", methods: ["GET", "POST"], auth: "cognito" },
  "/rules/{ruleId}": { to: "business-rules", methods: ["GET", "PATCH"], auth: "cognito" },
  "/transactions": { to: "scoring", methods: ["POST"], auth: "cognito" },
  "/balances/me": { to: "scoring", methods: ["GET"], auth: "cognito" },
  "/positions": { to: "tracking", methods: ["POST"], auth: "cognito" },
  "/encounters/qr": { to: "qr", methods: ["POST"], auth: "cognito" },
  "/assets": { to: "uploads", methods: ["POST"], auth: "cognito" },
};
