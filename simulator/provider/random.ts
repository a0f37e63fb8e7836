import { randomInt } from "node:crypto";
import { Facts } from "../model";
import type { Values } from "./values";

const CLASSES = [
  { flag: "lower", least: "minLower", characters: "abcdefghijklmnopqrstuvwxyz" },
  { flag: "upper", least: "minUpper", characters: "ABCDEFGHIJKLMNOPQRSTUVWXYZ" },
  { flag: "numeric", least: "minNumeric", characters: "0123456789" },
  { flag: "special", least: "minSpecial", characters: "!@#$%&*()-_=+[]{}<>:?" },
] as const;

/** A password by the random provider's rules: as many of each class as asked for, the rest of all classes that are on. */
export function randomPassword(inputs: Readonly<Values>): string {
  const facts = new Facts("", "", "", "", inputs, "", "");
  const classes = CLASSES.map(({ flag, least, characters }) => ({
    on: inputs[flag] ?? (flag === "numeric" ? (inputs.number ?? true) : true),
    least: facts.number(least, 0),
    characters: flag === "special" ? facts.text("overrideSpecial") || characters : characters,
  })).filter(({ on }) => on === true);
  const all = classes.map(({ characters }) => characters).join("");
  if (all === "") throw new Error("A random password needs at least one class of characters.");
  const picked = classes.flatMap(({ least, characters }) => Array.from({ length: least }, () => pick(characters)));
  while (picked.length < facts.number("length", 0)) picked.push(pick(all));
  return shuffled(picked).join("");
}

const pick = (characters: string): string => characters.charAt(randomInt(characters.length));

function shuffled<T>(items: readonly T[]): T[] {
  const result = [...items];
  for (let index = result.length - 1; index > 0; index--) {
    const other = randomInt(index + 1);
    const [a, b] = [result[index], result[other]];
    if (a !== undefined && b !== undefined) [result[index], result[other]] = [b, a];
  }
  return result;
}
