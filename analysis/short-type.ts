/** `aws:ec2/natGateway:NatGateway` -> `ec2.NatGateway`; `palisade:network:Vpc` -> `Vpc`. */
export function shortType(type: string): string {
  const [pkg = "", module = "", name = ""] = type.split(":");
  if (pkg === "palisade") return name;
  const service = module.split("/")[0] ?? module;
  if (pkg === "aws") return `${service}.${name}`;
  return service === "index" ? `${pkg}.${name}` : `${pkg}.${service}.${name}`;
}
