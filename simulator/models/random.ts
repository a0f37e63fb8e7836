import type { Models } from "../model";

export const random: Models = {
  "random:index/randomPassword:RandomPassword": {
    id: () => "none",
    outputs: (f) => ({ result: f.hex(f.number("length", 32)), bcryptHash: `$2a$10$${f.hex(53)}` }),
  },
};
