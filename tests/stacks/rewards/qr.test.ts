import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import jsQR from "jsqr";
import { PNG } from "pngjs";
import { bundleText, findEntry } from "../../../components/compute/function-code";
import { WARM_UP } from "../../../components/compute/warm-up";
import { CAPACITY_BYTES, drawQr, ERROR_CORRECTION } from "../../../stacks/rewards/qr/draw";
import type { ApiAnswer, ApiEvent, handler as Handler } from "../../../stacks/rewards/qr/handler";
import { readRequest, RequestError } from "../../../stacks/rewards/qr/request";

const ENTRY = "stacks/rewards/qr/handler.ts";
const PROFILE = { kind: "profile", userId: "b0a1", displayName: "Ada Lovelace" };
const ENCOUNTER = { kind: "encounter", userId: "b0a1", encounterId: "e-17" };

/** What a phone would read, by a decoder that shares no line with what draws. */
function scan(base64: string): string | undefined {
  const { data, width, height } = PNG.sync.read(Buffer.from(base64, "base64"));
  return jsQR(new Uint8ClampedArray(data), width, height)?.data;
}

const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
/** Names of any script, emoji and what is made of several code points included. */
const name = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 25 })
  .filter((text) => text.trim() !== "" && !/\p{Cc}/u.test(text) && [...text].length <= 100);
const level = fc.constantFrom(...ERROR_CORRECTION);
const profile = fc.record({ kind: fc.constant("profile"), userId: id, displayName: name }, { noNullPrototype: true });
const encounter = fc.record({ kind: fc.constant("encounter"), userId: id, encounterId: id }, { noNullPrototype: true });

describe("QR codes", function () {
  this.timeout(120_000);

  it("are read by another decoder as what was asked for, with every level of error correction", async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(profile, encounter), level, async (content, errorCorrection) => {
        const request = readRequest(JSON.stringify({ ...content, errorCorrection }));
        assert.equal(request.errorCorrection, errorCorrection);
        const read = scan(await drawQr(request.text, errorCorrection));
        assert.deepEqual(JSON.parse(read ?? "null"), content);
      }),
      { numRuns: 60 },
    );
  });

  for (const errorCorrection of ERROR_CORRECTION) {
    it(`hold ${CAPACITY_BYTES[errorCorrection]} bytes with ${errorCorrection}, and not one more`, async () => {
      const full = "a".repeat(CAPACITY_BYTES[errorCorrection]);
      assert.equal(scan(await drawQr(full, errorCorrection)), full);
      await assert.rejects(drawQr(`${full}a`, errorCorrection), /too big/);
    });
  }

  it("have room for the longest request there is, whatever its script", () => {
    const longest = { kind: "profile", userId: "x".repeat(64), displayName: "\u{1F46E}".repeat(100) };
    for (const errorCorrection of ERROR_CORRECTION)
      assert.ok(readRequest(JSON.stringify({ ...longest, errorCorrection })).text.includes(longest.displayName));
  });

  it("are drawn with M unless told", () => {
    assert.equal(readRequest(JSON.stringify(ENCOUNTER)).errorCorrection, "M");
  });

  describe("are refused", () => {
    const wrong: Record<string, [body: unknown, message: RegExp]> = {
      "to what is no object": [[PROFILE], /no JSON object/],
      "to nothing": [null, /no JSON object/],
      "for another kind": [{ ...PROFILE, kind: "payment" }, /^kind: give profile or encounter/],
      "for no kind": [{ userId: "a" }, /^kind:/],
      "with a field that a kind has not": [{ ...PROFILE, encounterId: "e" }, /^encounterId: a request of kind profile/],
      "without a user": [{ ...PROFILE, userId: undefined }, /^userId: give 1 to 64/],
      "with an id that is too long": [{ ...ENCOUNTER, encounterId: "x".repeat(65) }, /^encounterId: give 1 to 64/],
      "with an id of other characters": [{ ...PROFILE, userId: "a/b" }, /^userId:/],
      "with an id that is no text": [{ ...PROFILE, userId: 7 }, /^userId:/],
      "without a name": [{ ...PROFILE, displayName: "  " }, /^displayName: give 1 to 100/],
      "with a name that is too long": [{ ...PROFILE, displayName: "x".repeat(101) }, /^displayName:/],
      "with half a character": [{ ...PROFILE, displayName: "\uD83D" }, /^displayName:/],
      "with a control character": [{ ...PROFILE, displayName: "a\u0000b" }, /^displayName:/],
      "with another level": [{ ...PROFILE, errorCorrection: "X" }, /^errorCorrection: give L, M, Q, H/],
    };
    for (const [what, [body, message]] of Object.entries(wrong)) {
      it(what, () => {
        assert.throws(
          () => readRequest(JSON.stringify(body)),
          (error) => error instanceof RequestError && message.test(error.message),
        );
      });
    }

    it("never by anything but a request error, whatever the body", () => {
      fc.assert(
        fc.property(
          fc.oneof(
            fc.string(),
            fc.json(),
            fc.object().map((value) => JSON.stringify(value)),
          ),
          (body) => {
            try {
              readRequest(body);
            } catch (error) {
              assert.ok(error instanceof RequestError, String(error));
            }
          },
        ),
      );
    });
  });

  describe("come from the bundle, as Lambda runs it", () => {
    let folder: string;
    let handler: typeof Handler;
    before(() => {
      const found = findEntry(ENTRY);
      assert.ok(found);
      // A folder of its own, so that no package of this project is near.
      folder = mkdtempSync(join(tmpdir(), "palisade-qr-"));
      const file = join(folder, "index.js");
      writeFileSync(file, bundleText(found));
      handler = (createRequire(__filename)(file) as { handler: typeof Handler }).handler;
    });
    after(() => rmSync(folder, { recursive: true }));

    const call = async (event: Partial<ApiEvent>): Promise<ApiAnswer> => {
      const answer = await handler({ body: null, isBase64Encoded: false, ...event });
      assert.ok(answer);
      return answer;
    };

    it("as a PNG in base64", async () => {
      const { statusCode, headers, body } = await call({ body: JSON.stringify(PROFILE) });
      assert.equal(statusCode, 200);
      assert.deepEqual(headers, { "content-type": "application/json", "cache-control": "no-store" });
      const { image, contentType } = JSON.parse(body) as { image: string; contentType: string };
      assert.equal(contentType, "image/png");
      assert.deepEqual(JSON.parse(scan(image) ?? "null"), PROFILE);
    });

    it("from a body that API Gateway has encoded", async () => {
      const body = Buffer.from(JSON.stringify(ENCOUNTER)).toString("base64");
      assert.equal((await call({ body, isBase64Encoded: true })).statusCode, 200);
    });

    it("or an answer that says what is wrong", async () => {
      for (const body of [null, "", "{", '{"kind":"profile"}']) {
        const answer = await call({ body });
        assert.equal(answer.statusCode, 400);
        assert.match((JSON.parse(answer.body) as { error: string }).error, /.{10,}/);
      }
    });

    it("and nothing to the schedule that keeps it loaded", async () => {
      assert.equal(await handler({ ...WARM_UP, body: null, isBase64Encoded: false }), undefined);
    });
  });
});
