import type * as pulumi from "@pulumi/pulumi";
import type { FunctionBackend } from "../compute/function-args";
import type { ArgumentCheck } from "../core";

export const HTTP_METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"] as const;
export type HttpMethod = (typeof HTTP_METHODS)[number];

/** What a caller must show. */
export type RouteAuth =
  /** A request signed with AWS credentials (Signature V4), allowed by `grantInvoke`. */
  | "iam"
  /**
   * A token of one of the Cognito user pools in `Authorization`: an access token where the route has `scopes`, else an
   * identity token.
   */
  | "cognito"
  /**
   * Whatever the Lambda authorizer accepts: the way to take another issuer's JWT, as REST APIs have no JWT authorizer of their
   * own.
   */
  | "authorizer"
  /** A client's API key in `x-api-key`. It identifies and meters; AWS advises against it as the only proof of identity. */
  | "api-key"
  /** Nothing: public. */
  | "none";

/** A service behind a load balancer, reached over TLS through a VPC link; {@link VpcLink.backend} makes one. */
export interface Backend {
  readonly vpcLinkId: pulumi.Input<string>;
  readonly loadBalancerArn: pulumi.Input<string>;
  /**
   * Name on the certificate of the load balancer's TLS listener, from a public certificate authority such as ACM. Also the
   * `Host` header. The listener must take TLS 1.2: API Gateway speaks no later one to back ends.
   */
  readonly host: pulumi.Input<string>;
  /** Port of the listener. Default 443. */
  readonly port?: number;
}

/** What stands behind an API: a service, or a function ({@link FunctionBackend}, which `Function.backend` makes). */
export type ApiBackend = Backend | FunctionBackend;

export function isFunction(backend: ApiBackend): backend is FunctionBackend {
  return "invokeArn" in backend;
}

export interface Throttle {
  /** Requests a second, in the long run. The account's default quota is 10,000 over all APIs of a region. */
  rateLimit: number;
  /** Requests at once, the size of the token bucket. The account's default quota is 5,000. */
  burstLimit: number;
}

export interface RouteCache {
  /** Seconds for which an answer to GET is kept, 1-3600. */
  ttlSeconds: number;
  /** Query strings that change the answer; the cache ignores all others. Default: none. */
  queryStrings?: readonly string[];
  /**
   * True when the answer is the same for every caller. Default false: each caller (API key, user, role) has entries of its
   * own.
   */
  shared?: boolean;
}

export interface Route {
  /** Key of `backends`. */
  to: string;
  /** Default: every method. Name them where `throttle`, `cache` or `requestSchema` is set. */
  methods?: readonly HttpMethod[];
  /** Everything below the path as well, as `<path>/{proxy+}`. Default false. */
  below?: boolean;
  /** Path at the back end, which may use the path's variables. Default: the same path. A function has none: it is told the path it was called by. */
  backendPath?: string;
  /** What a caller must show; a list means all of it, e.g. `["cognito", "api-key"]`. Default `iam`. */
  auth?: RouteAuth | readonly RouteAuth[];
  /** OAuth scopes, one of which an access token must hold; with `cognito` only. Default: none. */
  scopes?: readonly string[];
  /** Milliseconds until the back end is given up, 50-29000, and no less than a function may take. Default 29000. */
  timeoutMilliseconds?: number;
  /** Limits of each method of this route. Default: the API's. */
  throttle?: Throttle;
  /** Keeps answers to GET; the API needs `cache`. Of a function, only what is the same for every caller (`shared`). Default: none. */
  cache?: RouteCache;
  /**
   * JSON schema (draft 4) of a request body of `application/json`, with POST, PUT and PATCH: a body that does not match is
   * answered with 400 and never reaches the back end. Default: none.
   */
  requestSchema?: Readonly<Record<string, unknown>>;
}

/** Path -> what happens there; a list where methods of one path differ. */
export type Routes = Readonly<Record<string, Route | readonly Route[]>>;

/** One method of one path, checked and with every default filled in. */
export interface Operation {
  readonly path: string;
  readonly method: HttpMethod | "ANY";
  readonly backend: string;
  readonly backendPath: string;
  /** Path variables that the back end's path uses. */
  readonly variables: readonly string[];
  /** How the caller proves who it is, beside the API key. */
  readonly identity: "iam" | "cognito" | "authorizer" | "none";
  readonly apiKey: boolean;
  readonly scopes: readonly string[];
  readonly timeoutMilliseconds: number;
  readonly throttle: Throttle | undefined;
  readonly cache: RouteCache | undefined;
  readonly requestSchema: Readonly<Record<string, unknown>> | undefined;
}

export interface RoutePlan {
  readonly backends: readonly string[];
  /** What the API has been set up for. */
  readonly available: readonly RouteAuth[];
  readonly hasCache: boolean;
  /** A resource policy guards the API. */
  readonly hasPolicy: boolean;
}

const SEGMENT = "(?:[A-Za-z0-9._:-]+|\\{[A-Za-z0-9_-]+\\+?\\})";
const PATH = new RegExp(`^/(?:${SEGMENT}(?:/${SEGMENT})*)?$`);
/**
 * Answered by API Gateway itself on a custom domain
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html).
 */
const RESERVED = ["/ping", "/sping"];
const BODY_METHODS: readonly string[] = ["PATCH", "POST", "PUT"];

/**
 * The operations of an API in a fixed order; fails on the first thing that API Gateway would refuse or that would not do what
 * it says.
 */
export function planRoutes(check: ArgumentCheck, routes: Routes, plan: RoutePlan): Operation[] {
  check.atLeast("routes", routes, 1, "route");
  const operations = Object.entries(routes).flatMap(([path, given]) => {
    const all = isList(given) ? given : [given];
    check.atLeast(`routes["${path}"]`, all, 1, "route");
    return all.flatMap((route) => {
      checkRoute(check, path, route, plan);
      const backendPath = route.backendPath ?? path.replaceAll("+}", "}");
      const self = operationsOf(path, backendPath, route);
      if (!route.below) return self;
      return [...self, ...operationsOf(join(path, "{proxy+}"), join(backendPath, "{proxy}"), route)];
    });
  });
  operations.sort((a, b) => compare(`${a.path} ${a.method}`, `${b.path} ${b.method}`));
  checkTree(check, operations);
  if (plan.hasPolicy) checkOpenings(check, operations);
  return operations;
}

/** Fails on what a route to a function can not have: API Gateway hands the request on as it is. */
export function checkFunctionRoutes(
  check: ArgumentCheck,
  routes: Routes,
  backends: Readonly<Record<string, ApiBackend>>,
): void {
  for (const [path, given] of Object.entries(routes)) {
    for (const route of isList(given) ? given : [given]) {
      const backend = backends[route.to];
      if (backend === undefined || !isFunction(backend)) continue;
      const at = `routes["${path}"]`;
      check.that(
        route.backendPath === undefined,
        `${at}.backendPath`,
        route.backendPath,
        "A function is called with the path as it came: drop it.",
      );
      check.that(
        route.cache === undefined || route.cache.shared === true,
        `${at}.cache.shared`,
        route.cache?.shared,
        "Answers of a function are not kept apart by caller: give `shared: true` where they are the same for all, or drop the cache.",
      );
      const milliseconds = route.timeoutMilliseconds ?? 29_000;
      check.that(
        backend.timeoutSeconds * 1000 <= milliseconds,
        `${at}.timeoutMilliseconds`,
        milliseconds,
        `The function may take ${backend.timeoutSeconds} s, and would go on after its caller was told that it failed: give it a \`timeoutSeconds\` of at most ${Math.floor(milliseconds / 1000)}, or the route more.`,
      );
    }
  }
}

/**
 * Operations that a resource policy must allow, as their proof is neither an AWS identity nor the policy that an authorizer
 * answers with.
 */
export function needsAllow({ identity }: Operation): boolean {
  return identity === "none" || identity === "cognito";
}

/** `execute-api` resource of an operation below `<api>/<stage>`, e.g. `GET/payments/*`. */
export function invokeResource(method: HttpMethod | "ANY", path: string): string {
  return `${method === "ANY" ? "*" : method}${path.replace(/\{[^}]+\}/g, "*")}`;
}

function operationsOf(path: string, backendPath: string, route: Route): Operation[] {
  const auth = authOf(route);
  return (route.methods ?? (["ANY"] as const)).map((method) => ({
    path,
    method,
    backend: route.to,
    backendPath,
    variables: variablesOf(backendPath),
    identity: auth.find((kind) => kind !== "api-key") ?? "none",
    apiKey: auth.includes("api-key"),
    scopes: route.scopes ?? [],
    timeoutMilliseconds: route.timeoutMilliseconds ?? 29000,
    throttle: route.throttle,
    cache: method === "GET" ? route.cache : undefined,
    requestSchema: route.requestSchema,
  }));
}

function checkRoute(check: ArgumentCheck, path: string, route: Route, plan: RoutePlan): void {
  const at = `routes["${path}"]`;
  check.matches(
    "routes",
    path,
    PATH,
    "Give a path such as /payments, /payments/{id} or /payments/{proxy+}, of letters, digits and . _ : - in each segment.",
  );
  check.that(!RESERVED.includes(path), "routes", path, "API Gateway keeps this path for itself; use /health.");
  const greedy = path.indexOf("+}");
  check.that(
    greedy === -1 || (greedy === path.length - 2 && !route.below),
    "routes",
    path,
    "A {name+} variable takes everything below: put it last and leave `below` out.",
  );
  check.unique("routes", variablesOf(path));
  check.oneOf(`${at}.to`, route.to, plan.backends);
  for (const method of route.methods ?? []) check.oneOf(`${at}.methods`, method, HTTP_METHODS);
  if (route.methods) {
    check.atLeast(`${at}.methods`, route.methods, 1, "method, or leave it out for all of them");
    check.unique(`${at}.methods`, route.methods);
  }
  check.integer(`${at}.timeoutMilliseconds`, route.timeoutMilliseconds ?? 29000, 50, 29000, "of milliseconds");
  if (route.throttle) checkThrottle(check, `${at}.throttle`, route.throttle);
  check.that(
    route.methods !== undefined || !(route.throttle ?? route.cache ?? route.requestSchema),
    `${at}.methods`,
    route.methods,
    "Name the methods: API Gateway has no throttle, cache or body check for all methods of one path.",
  );
  checkBackendPath(check, at, path, route);
  checkAuth(check, at, route, plan);
  checkCache(check, at, route, plan);
  check.that(
    route.requestSchema === undefined || (route.methods ?? []).every((method) => BODY_METHODS.includes(method)),
    `${at}.requestSchema`,
    route.methods,
    "Only PATCH, POST and PUT carry a body; give the path a list of routes and the other methods one without a schema.",
  );
}

function checkBackendPath(check: ArgumentCheck, at: string, path: string, route: Route): void {
  if (route.backendPath === undefined) return;
  check.matches(`${at}.backendPath`, route.backendPath, PATH, "Give an absolute path such as /v2/payments/{id}.");
  const known = variablesOf(path);
  for (const variable of variablesOf(route.backendPath)) check.oneOf(`${at}.backendPath`, variable, known);
}

function checkAuth(check: ArgumentCheck, at: string, route: Route, plan: RoutePlan): void {
  const auth = authOf(route);
  check.atLeast(`${at}.auth`, auth, 1, 'kind of proof, or "none"');
  check.unique(`${at}.auth`, auth);
  for (const kind of auth) check.oneOf(`${at}.auth`, kind, plan.available);
  check.that(
    auth.length === 1 || (auth.length === 2 && auth.includes("api-key") && !auth.includes("none")),
    `${at}.auth`,
    auth,
    'A method has one authorizer, which can be joined by "api-key" alone, e.g. ["cognito", "api-key"].',
  );
  check.that(
    route.scopes === undefined || auth.includes("cognito"),
    `${at}.scopes`,
    route.scopes,
    'Only Cognito tokens hold scopes: use auth "cognito" or drop them.',
  );
}

function checkCache(check: ArgumentCheck, at: string, route: Route, plan: RoutePlan): void {
  const cache = route.cache;
  if (cache === undefined) return;
  check.that(plan.hasCache, `${at}.cache`, cache, "The API has no cache: give it `cache: { size: ... }`.");
  check.integer(`${at}.cache.ttlSeconds`, cache.ttlSeconds, 1, 3600, "of seconds");
  check.that(
    (route.methods ?? []).includes("GET"),
    `${at}.cache`,
    route.methods,
    "Only answers to GET are cached: add GET to `methods`.",
  );
  for (const name of cache.queryStrings ?? []) {
    check.matches(
      `${at}.cache.queryStrings`,
      name,
      /^[A-Za-z0-9._$-]+$/,
      "Use letters, digits and . _ $ - as API Gateway does.",
    );
  }
}

/** No method twice on a path, and at most one variable among the children of a resource. */
function checkTree(check: ArgumentCheck, operations: readonly Operation[]): void {
  check.unique(
    "routes",
    operations.map(({ path, method }) => `${method} ${path}`),
  );
  const variableBelow = new Map<string, string>();
  for (const { path } of operations) {
    const segments = path.split("/").slice(1);
    segments.forEach((segment, index) => {
      if (!segment.startsWith("{")) return;
      const parent = `/${segments.slice(0, index).join("/")}`;
      const other = variableBelow.get(parent) ?? segment;
      check.that(
        other === segment,
        "routes",
        path,
        `API Gateway takes one variable below ${parent}, and ${other} is there already: use the same name, or drop one.`,
      );
      variableBelow.set(parent, segment);
    });
  }
}

/**
 * A `*` of a policy matches slashes too: an allow for an open path must not take in an `iam` route, which any identity of the
 * account could then call.
 */
function checkOpenings(check: ArgumentCheck, operations: readonly Operation[]): void {
  for (const open of operations.filter(needsAllow)) {
    const words = invokeResource(open.method, open.path).split("*");
    const allowed = new RegExp(`^${words.map((word) => word.replace(/[.]/g, "\\.")).join(".*")}$`);
    const taken = operations.find(
      ({ identity, method, path }) => identity === "iam" && allowed.test(invokeResource(method, path)),
    );
    check.that(
      taken === undefined,
      "routes",
      open.path,
      `Its allow in the resource policy would also open ${taken?.path}, which asks for IAM: give the open routes a path of their own.`,
    );
  }
}

/** Checks a throttle given anywhere. */
export function checkThrottle(check: ArgumentCheck, argument: string, throttle: Throttle): void {
  check.that(
    Number.isFinite(throttle.rateLimit) && throttle.rateLimit > 0,
    `${argument}.rateLimit`,
    throttle.rateLimit,
    "Give requests a second, more than 0.",
  );
  check.integer(`${argument}.burstLimit`, throttle.burstLimit, 1, 1_000_000, "of requests");
}

function authOf(route: Route): readonly RouteAuth[] {
  if (route.auth === undefined) return ["iam"];
  return typeof route.auth === "string" ? [route.auth] : route.auth;
}

function isList(given: Route | readonly Route[]): given is readonly Route[] {
  return Array.isArray(given);
}

function variablesOf(path: string): string[] {
  return [...path.matchAll(/\{([^}+]+)\+?\}/g)].map((match) => match[1] ?? "");
}

function join(path: string, segment: string): string {
  return `${path === "/" ? "" : path}/${segment}`;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
