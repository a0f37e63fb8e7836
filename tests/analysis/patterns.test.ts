import assert from "node:assert/strict";
import fc from "fast-check";
import { contains, fits, overlaps } from "../../analysis/patterns";

const text = fc.string({ unit: fc.constantFrom("a", "b", ":"), maxLength: 6 });
const pattern = fc.string({ unit: fc.constantFrom("a", "b", ":", "*", "?"), maxLength: 6 });

/** All texts of up to five letters: a short pattern that fits any fits one of these. */
const TEXTS: string[] = [];
for (let length = 0, row = [""]; length <= 5; length++) {
  TEXTS.push(...row);
  row = row.flatMap((start) => ["a", "b"].map((letter) => start + letter));
}
const short = fc.string({ unit: fc.constantFrom("a", "b", "*", "?"), maxLength: 3 });

describe("IAM patterns", () => {
  it("fit as IAM says", () => {
    assert.ok(fits("arn:aws:s3:::logs-*/2026-??/*", "arn:aws:s3:::logs-eu/2026-11/x"));
    assert.ok(!fits("logs-*", "Logs-eu"));
    assert.ok(fits("s3:Get*", "s3:getobject", "i"));
    assert.ok(!fits("a.c", "abc"), "a dot is a dot");
  });

  it("overlap when a text fits both", () => {
    fc.assert(
      fc.property(pattern, pattern, text, (a, b, sample) => {
        assert.equal(overlaps(a, b), overlaps(b, a));
        if (fits(a, sample) && fits(b, sample)) assert.ok(overlaps(a, b), `${a} ${b} ${sample}`);
      }),
    );
    fc.assert(
      fc.property(short, short, (a, b) => {
        const witness = TEXTS.some((sample) => fits(a, sample) && fits(b, sample));
        assert.equal(overlaps(a, b), witness, `${a} ${b}`);
      }),
    );
  });

  it("contain another only when all that fits it fits them", () => {
    fc.assert(
      fc.property(short, short, (outer, inner) => {
        if (!contains(outer, inner)) return;
        for (const sample of TEXTS)
          if (fits(inner, sample)) assert.ok(fits(outer, sample), `${outer} ${inner} ${sample}`);
      }),
    );
    assert.ok(contains("arn:aws:iam::*:role/*", "arn:aws:iam::123456789012:role/app-*"));
    assert.ok(!contains("arn:aws:iam::123456789012:role/app-*", "arn:aws:iam::123456789012:role/*"));
    assert.ok(!contains("a?", "a*"));
  });
});
