import Module from "node:module";

/**
 * The Pulumi SDK loads these when it is imported. The first two serve only to serialise JavaScript functions into cloud resources
 * (closures), which no stack here does; the last one drives the engine. Together they are two thirds of the SDK's load time, so
 * they wait for their first use.
 */
const LAZY: readonly { readonly request: string; readonly importer: RegExp }[] = [
  { request: "typescript", importer: /@pulumi[\\/]pulumi[\\/]typescript-shim\.js$/ },
  { request: "@npmcli/arborist", importer: /@pulumi[\\/]pulumi[\\/]runtime[\\/]closure[\\/]codePaths\.js$/ },
  { request: "./automation", importer: /@pulumi[\\/]pulumi[\\/]index\.js$/ },
];

type Load = (request: string, parent: { filename?: string } | undefined, isMain: boolean) => unknown;

const load: Load = Reflect.get(Module, "_load");

const lazyLoad: Load = (request, parent, isMain) => {
  const importer = parent?.filename ?? "";
  const lazy = LAZY.some((entry) => entry.request === request && entry.importer.test(importer));
  if (!lazy) return load(request, parent, isMain);
  const module = (): object => load(request, parent, isMain) as object;
  return new Proxy(
    {},
    {
      // Asked first by the compiled `import * as`: true makes it keep this proxy instead of copying every member out of it.
      get: (_, property) => (property === "__esModule" ? true : Reflect.get(module(), property)),
      has: (_, property) => Reflect.has(module(), property),
      ownKeys: () => Reflect.ownKeys(module()),
      getOwnPropertyDescriptor: (_, property) => {
        const descriptor = Reflect.getOwnPropertyDescriptor(module(), property);
        return descriptor && { ...descriptor, configurable: true };
      },
    },
  );
};

Reflect.set(Module, "_load", lazyLoad);
